// Which bundles a person is shown at all: those that hold together, are of the pinned host and set, continue the history this machine
// remembers, and can still be signed. `read` and `approve` refuse the same ones.
import { Stopped } from "../../runner/model/stop.ts";
import { utcMillis } from "../../runner/model/utc.ts";
import { newestDigest } from "../../runner/rules/rehearsed-changes.ts";
import { insistExtends, insistSameServer, type Profile } from "./approver-profile.ts";
import { readBundle, type Bundle } from "./bundle.ts";
import { readPlain } from "../../runner/adapters/plain-file.ts";

/** What a profile pins; without it host, set and history cannot be judged. */
export interface Pinned {
  readonly profile: Profile;
  readonly approversSha: string;
}

/** The bundle of a folder. STOP_APPROVAL_INVALID and STOP_DRIFT where it does not hold, STOP_APPROVAL_EXPIRED when it is past its time. */
export async function judgedBundle(folder: string, pinned: Pinned | undefined): Promise<Bundle> {
  const bundle = await readBundle(folder);
  if (pinned) {
    insistTarget(bundle, pinned.profile.host, pinned.approversSha);
    insistSameServer(pinned.profile, bundle);
    insistExtends(pinned.profile, bundle);
  }
  insistRehearsed(bundle);
  const { approve_by } = bundle.request;
  if (Date.now() > utcMillis(approve_by))
    throw new Stopped("STOP_APPROVAL_EXPIRED", {
      saw: `this request had to be signed by ${approve_by}`,
      wanted: "the newest request of the run",
    });
  return bundle;
}

/** Bytes of a text to compare with. STOP_COULD_NOT_LOOK when it cannot be read. */
export async function otherText(file: string, whose: string): Promise<Buffer> {
  return readPlain(file).catch((error: unknown) => {
    throw new Stopped("STOP_COULD_NOT_LOOK", { saw: `${whose} cannot be read`, wanted: "a file" }, error);
  });
}

/** EXECUTION binds the newest rehearsal of the run's journal, whose chain was walked. */
function insistRehearsed({ request, journal }: Bundle): void {
  if (request.gate !== "EXECUTION" || request.payload.rehearsal_digest === newestDigest(journal)) return;
  throw new Stopped("STOP_APPROVAL_INVALID", {
    saw: "the request names another rehearsal than the newest of the journal",
    wanted: "the rehearsal of this plan on its proven backup",
  });
}

function insistTarget({ request, sg1 }: Bundle, host: string, approversSha: string): void {
  if (!sg1) return;
  if (sg1.target.host !== host)
    throw new Stopped("STOP_APPROVAL_INVALID", {
      saw: "a request of another host than your profile names",
      wanted: host,
    });
  // Days lie between SG_1 and SG_2, and the people may have agreed on a newer set meanwhile.
  if (request.gate === "SG_2_lifecycle_authz") return;
  if (sg1.approvers_sha !== approversSha)
    throw new Stopped("STOP_APPROVAL_INVALID", {
      saw: "the host uses another approver set than yours",
      wanted: approversSha,
    });
}
