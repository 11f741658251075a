// The runner's one reader of orchestrator.config.json: bytes become a Config or every mistake is named at once.
import { configSchema, type Config } from "../model/config.ts";
import { sha256 } from "../model/canonical.ts";
import { Stopped } from "../model/stop.ts";
import { readPlain } from "./plain-file.ts";

/** Configuration and the digest of its bytes (config_sha). STOP_PRECHECK_FAILED lists every mistake, unknown keys included. */
export async function loadConfig(file: string): Promise<{ config: Config; config_sha: string }> {
  let bytes: Buffer;
  try {
    bytes = await readPlain(file);
  } catch (error) {
    throw new Stopped(
      "STOP_COULD_NOT_LOOK",
      { saw: `${file} cannot be read`, wanted: "the host's orchestrator.config.json" },
      error,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new Stopped("STOP_PRECHECK_FAILED", { saw: `${file} is not JSON`, wanted: "a configuration" }, error);
  }
  const parsed = configSchema.safeParse(value);
  if (!parsed.success) {
    const details = parsed.error.issues.map((issue) => `${issue.path.join(".") || "(root)"}: ${issue.message}`);
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: `${details.length} mistakes in ${file}`,
      wanted: "a configuration of schema_version 1",
      details,
    });
  }
  return { config: parsed.data, config_sha: sha256(bytes) };
}
