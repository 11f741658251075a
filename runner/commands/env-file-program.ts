// The small program of a release that provisioning runs on the host (env-file.cjs): it tells which names an env file sets, or turns the
// password of a login into a verifier. The password never leaves this process.
import { envBytes } from "../adapters/env-bytes.ts";
import { scramVerifier } from "../adapters/scram-verifier.ts";
import { ENV_HINT } from "../rules/env-file.ts";
import { loginState, nameState, readLogin, type EnvLogin, type EnvQuestion } from "../rules/env-login.ts";

async function look(questions: readonly EnvQuestion[]): Promise<string> {
  const told: Record<string, string> = {};
  for (const question of questions) {
    const state = await stateOf(question);
    if (state !== undefined) told[question.path] = state;
  }
  return JSON.stringify(told);
}

// A file that is no file is a fact; one that this user may not read tells nothing.
async function stateOf(question: EnvQuestion): Promise<string | undefined> {
  let bytes: Buffer | undefined;
  try {
    bytes = await envBytes(question.file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "cannot be read";
    if (reason.startsWith("cannot be read")) throw new Error(`${question.file} ${reason}`, { cause: error });
    return reason;
  }
  if (bytes === undefined) return undefined;
  return "name" in question ? nameState(bytes, question.name) : loginState(bytes, question.login, question.role);
}

async function verifier(login: EnvLogin): Promise<string> {
  const bytes = await envBytes(login.file).catch((error: unknown) => {
    throw new Error(`${login.file} ${(error as Error).message}`, { cause: error });
  });
  if (bytes === undefined) throw new Error(`${login.file} is not there`);
  const reading = readLogin(bytes, login);
  if ("refused" in reading) throw new Error(`${login.file} ${reading.refused}; ${ENV_HINT}`);
  if ("missing" in reading) throw new Error(`${reading.missing.join(" and ")} not set in ${login.file}`);
  return scramVerifier(reading.password);
}

const [, , verb, asked = "null"] = process.argv;
(verb === "look" ? look(JSON.parse(asked) as EnvQuestion[]) : verifier(JSON.parse(asked) as EnvLogin)).then(
  (answer) => process.stdout.write(answer),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
