// Row changes each writing phase makes, a table: the number a run must meet exactly. Until the rehearsal measures them they are
// configuration (docs/decisions/0006-prediction.md); every runtime table counts too.
import type { Config } from "../../runner/model/config.ts";

type Prediction = Config["prediction"]["cut_leg_a"];
const each = { per_unit: 1, fixed: 0 };
const once = (rows: number) => ({ per_unit: 0, fixed: rows });

/** Bookkeeping of every effect: the lease at begin, journal and end; one journal entry; one record; the run's state. */
const BOOKS: Prediction = {
  "cutter_runtime.lease": { upd: once(3) }, "cutter_runtime.journal": { ins: once(1) }, "cutter_runtime.phase_done": { ins: once(1) }, "cutter_runtime.run": { upd: once(1) },
};
const SET_ASIDE: Prediction = {
  ...BOOKS, "public.information_unit": { upd: each }, "public.unit_version": { upd: each }, "public.iu_lifecycle_log": { ins: each },
};

/** Coefficients of the sandbox host's configuration. */
export const PREDICTION: Config["prediction"] = {
  cut_leg_a: {
    ...BOOKS, "cutter_runtime.admission_use": { ins: once(2) },
    "public.information_unit": { ins: each }, "public.unit_version": { ins: each }, "public.birth_registry": { ins: each },
  },
  leg_b_record: {
    ...BOOKS, "cutter_governance.decision_backlog_entry": { ins: once(1) }, "cutter_governance.decision_backlog_history": { ins: once(1) },
    "cutter_governance.manifest_envelope": { ins: once(1) }, "cutter_governance.manifest_unit_block": { ins: each }, "cutter_governance.review_decision": { ins: once(1) },
    "cutter_governance.dot_pair_signature": { ins: once(1) }, "cutter_governance.cut_change_set": { ins: once(1) }, "cutter_governance.cut_change_set_affected_row": { ins: each },
  },
  write_verify: { ...BOOKS, "cutter_governance.verify_result": { ins: once(1) }, "cutter_governance.dot_pair_signature": { ins: once(1) } },
  lifecycle_enact: {
    ...BOOKS, "cutter_runtime.admission_use": { ins: once(1) }, "cutter_governance.review_decision": { ins: once(1) },
    "public.information_unit": { upd: each }, "public.unit_version": { upd: each }, "public.iu_lifecycle_log": { ins: each },
  },
  revert: SET_ASIDE,
  revert_ledger: { ...SET_ASIDE, "cutter_governance.review_decision": { ins: once(1) } },
};
