// Turns a password into what PostgreSQL keeps of it, so that the password itself reaches neither the server nor its log.
// RFC 5803 and RFC 7677: SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>.
import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

const ITERATIONS = 4096;
const BLANKS = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g;
const NOTHING = /[\u00ad\u034f\u1806\u180b-\u180d\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]/g;

/** The verifier, with a salt of its own. As in libpq a password is brought to NFKC first, every kind of blank a space, joiners gone. */
export function scramVerifier(password: string): string {
  const prepared = password.replaceAll(BLANKS, " ").replaceAll(NOTHING, "").normalize("NFKC");
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(prepared, salt, ITERATIONS, 32, "sha256");
  const mac = (words: string): Buffer => createHmac("sha256", salted).update(words).digest();
  const stored = createHash("sha256").update(mac("Client Key")).digest();
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${stored.toString("base64")}:${mac("Server Key").toString("base64")}`;
}
