// The words of a run: phases in order, states, gates. Names and states are those of the requirements.

/** The eleven phases, in order; file names in `runner/phases/` follow it (a test compares them). */
export const PHASES = [
  "source_pin",
  "mark",
  "cutplan",
  "pre_write_backup",
  "grant_probe",
  "cut_leg_a",
  "structural_verify",
  "leg_b_record",
  "write_verify",
  "lifecycle_enact",
  "closeout",
] as const;
export type PhaseName = (typeof PHASES)[number];

/** What phase_done may record besides the eleven: the undoing of leg A. */
export type RecordedPhase = PhaseName | "revert";

/** Phases that change rows of the target, in order; the undoing last. */
export const WRITING_PHASES = [
  "cut_leg_a",
  "leg_b_record",
  "write_verify",
  "lifecycle_enact",
  "revert",
] as const satisfies readonly RecordedPhase[];

/** The state a run reaches when the phase is recorded. */
export const STATE_AFTER: Readonly<Record<RecordedPhase, RunState>> = {
  source_pin: "source_pinned",
  mark: "marked",
  cutplan: "cutplan_ok",
  pre_write_backup: "pre_write_backup_taken",
  grant_probe: "grants_probed",
  cut_leg_a: "cut_leg_a_committed",
  structural_verify: "structural_verified",
  leg_b_record: "leg_b_recorded",
  write_verify: "write_verified",
  lifecycle_enact: "lifecycle_enacted",
  closeout: "closeout_reported",
  revert: "reverted",
};

/** 14 states of the requirements in order, then the four of ours. */
export const RUN_STATES = [
  "pending",
  "source_pinned",
  "marked",
  "cutplan_ok",
  "pre_write_backup_taken",
  "grants_probed",
  "awaiting_cut_authorization",
  "cut_leg_a_committed",
  "structural_verified",
  "leg_b_recorded",
  "write_verified",
  "awaiting_lifecycle_authorization",
  "lifecycle_enacted",
  "closeout_reported",
  "ambiguous",
  "torn",
  "voided",
  "reverted",
] as const;
export type RunState = (typeof RUN_STATES)[number];

/** What a statement can be for; the first three are asked for by every run. */
export const GATES = [
  "SG_1_cut_authz",
  "EXECUTION",
  "SG_2_lifecycle_authz",
  "UNHALT",
  "SG_3_failure_escalation",
  "REVOCATION",
] as const;
export type Gate = (typeof GATES)[number];

/** The pauses of a run, each with the gates that it asks people for. */
export const ASKED_IN = {
  awaiting_cut_authorization: ["SG_1_cut_authz", "EXECUTION"],
  awaiting_lifecycle_authorization: ["SG_2_lifecycle_authz"],
} as const satisfies Readonly<Partial<Record<RunState, readonly Gate[]>>>;

/** Phases that write, each with the gates whose admission it needs; SG_1 and EXECUTION are used at leg A. */
export const ADMITTED_BY: Readonly<Partial<Record<RecordedPhase, readonly Gate[]>>> = {
  cut_leg_a: ASKED_IN.awaiting_cut_authorization,
  lifecycle_enact: ASKED_IN.awaiting_lifecycle_authorization,
};

/** Roles by the short name used in code and configuration. */
export const ROLES = {
  exec: "cutter_exec",
  verify: "cutter_verify",
  gate: "cutter_gate",
  halt: "cutter_halt",
  backup: "cutter_backup",
} as const;
export type RoleKey = keyof typeof ROLES;
