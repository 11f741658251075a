// The program that turns a password into what PostgreSQL keeps of it, so that the password itself reaches neither the server nor its log.
// RFC 5803 and RFC 7677: SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>.

/**
 * Node program: reads a password from standard input and prints its verifier. As in libpq, one that is not ASCII is brought to NFKC, with
 * every kind of blank a space and invisible joiners gone; bytes that are no UTF-8 and control characters are taken as they are.
 */
export const SCRAM_VERIFIER_PROGRAM = `
const { createHash, createHmac, pbkdf2Sync, randomBytes } = require("node:crypto");
const bytes = require("node:fs").readFileSync(0);
const text = bytes.toString("utf8");
const plain = /^[\\x00-\\x7f]*$/.test(text) || /[\\u0000-\\u001f\\u007f-\\u009f]/.test(text) || !Buffer.from(text).equals(bytes);
const blanks = /[\\u00a0\\u1680\\u2000-\\u200b\\u202f\\u205f\\u3000]/g;
const nothing = /[\\u00ad\\u034f\\u1806\\u180b-\\u180d\\u200c\\u200d\\u2060\\ufe00-\\ufe0f\\ufeff]/g;
const password = plain ? bytes : Buffer.from(text.replace(blanks, " ").replace(nothing, "").normalize("NFKC"));
const [salt, iterations] = [randomBytes(16), 4096];
const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
const mac = (words) => createHmac("sha256", salted).update(words).digest();
const stored = createHash("sha256").update(mac("Client Key")).digest();
process.stdout.write("SCRAM-SHA-256$" + iterations + ":" + salt.toString("base64") + "$" + stored.toString("base64") + ":" + mac("Server Key").toString("base64"));
`;
