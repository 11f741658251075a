// Who signs on this machine: the profile's person, held against the approver set that the profile pins.
import { readOrStop } from "../../runner/adapters/safe-file.ts";
import {
  APPROVERS_CAP,
  holderOf,
  parseApprovers,
  type Approver,
  type ApproverKey,
  type ApproverSet,
} from "../../runner/model/approvers.ts";
import type { Gate } from "../../runner/model/run.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { readProfile, type Profile } from "./approver-profile.ts";
import type { Signer } from "./signing-agent.ts";

/** `profile`: file of the approver profile; `keyFile`: armored secret key, sandbox hosts only; `gnupgHome`: home of the person's gpg. */
export interface ProfileOptions {
  readonly profile: string;
  readonly keyFile?: string;
  readonly gnupgHome?: string;
}

/** A person who may sign, the key that does it and where it lies. */
export interface ApprovingPerson {
  readonly profile: Profile;
  readonly approversSha: string;
  readonly person: Approver;
  readonly key: ApproverKey;
  readonly signer: Signer;
}

/** Who a profile is of, in the set it pins. */
export type ProfilePerson = Omit<ApprovingPerson, "signer">;

/** STOP_APPROVAL_INVALID when the set is not the pinned one, the person holds no key of it or may not sign this gate. */
export async function approvingPerson(options: ProfileOptions, gate: Gate): Promise<ApprovingPerson> {
  const known = await profilePerson(options.profile);
  const { profile, person } = known;
  if (options.keyFile && !profile.sandbox)
    throw invalid("--key-file with a profile that is not a sandbox's", "your own gpg: agent, token or smart card");
  // Whoever may approve anything may revoke anything.
  if (gate !== "REVOCATION" && !person.gates.includes(gate))
    throw invalid(`${person.id} may not sign ${gate}`, "an approver of this gate");
  return { ...known, signer: signerOf(options) };
}

/** The set that a profile pins. STOP_APPROVAL_INVALID when the file holds another one. */
export async function pinnedSet({ approvers_file, approvers_sha }: Profile): Promise<ApproverSet> {
  const said = { code: "STOP_APPROVAL_INVALID", wanted: "a plain file", called: "the approver set" } as const;
  const { set, sha } = parseApprovers(await readOrStop(approvers_file, APPROVERS_CAP, said));
  if (sha !== approvers_sha) throw invalid("an approver set your profile does not pin", approvers_sha);
  return set;
}

/** STOP_APPROVAL_INVALID when the set is not the pinned one or the person holds no key of it. */
export async function profilePerson(file: string): Promise<ProfilePerson> {
  const profile = await readProfile(file);
  const set = await pinnedSet(profile);
  const person = set.persons.find((one) => one.id === profile.person);
  const key = person?.keys[0];
  if (!person || !key || !holderOf(set, key.fingerprint))
    throw invalid(`${profile.person} holds no key of the approver set`, "a person of the pinned set");
  return { profile, approversSha: profile.approvers_sha, person, key };
}

function signerOf({ keyFile, gnupgHome }: ProfileOptions): Signer {
  if (keyFile) return { kind: "key-file", path: keyFile };
  return { kind: "person-gpg", ...(gnupgHome ? { homedir: gnupgHome } : {}) };
}

function invalid(saw: string, wanted: string): Stopped {
  return new Stopped("STOP_APPROVAL_INVALID", { saw, wanted });
}
