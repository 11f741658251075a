// What a registered version says of itself: its grammar, and the enacted text it follows.
import type { Config } from "../model/config.ts";
import { DEFAULT_REQUEST, optionsOf, type AskedGrammar, type GrammarRequest } from "../model/grammar-request.ts";
import { jsonOf } from "../model/json-text.ts";
import { grammarChoice, type GrammarChoice } from "../model/outputs.ts";
import { registrationRecord, type RegistrationRecord } from "../model/registration-record.ts";
import { insist, Stopped } from "../model/stop.ts";
import { judgeAsked } from "../rules/registered-grammar.ts";
import type { RunFiles } from "../world/files.ts";

/** The record beside a snapshot; undefined for a version of before such records. STOP_DRIFT when it is another version's or damaged. */
export async function registrationOf(
  files: Pick<RunFiles, "registration">,
  sourceVersionId: string,
): Promise<RegistrationRecord | undefined> {
  const bytes = await files.registration(sourceVersionId);
  if (bytes === undefined) return undefined;
  const parsed = registrationRecord.safeParse(jsonOf(Buffer.from(bytes).toString("utf8")));
  if (!parsed.success || parsed.data.source_version_id !== sourceVersionId)
    throw new Stopped("STOP_DRIFT", {
      saw: `artifacts/${sourceVersionId}.registration.json is not the record of this version`,
      wanted: "the file that registration laid there",
      hint: "register the version again with the same options: that lays the record anew",
    });
  return parsed.data;
}

/** The grammar a run or a plan uses. STOP_REFUSED_INPUT when somebody asks for another one than the version is registered with. */
export async function registeredGrammar(
  files: Pick<RunFiles, "registration">,
  sourceVersionId: string,
  asked: AskedGrammar,
  config: Pick<Config, "plan">,
): Promise<GrammarChoice> {
  const record = await registrationOf(files, sourceVersionId);
  if (record) insist(judgeAsked(record.grammar, asked));
  const request: GrammarRequest = record?.grammar ?? { ...DEFAULT_REQUEST, ...asked };
  return grammarChoice.parse({
    profile: request.profile,
    options: optionsOf(request, config.plan.section_types),
  });
}
