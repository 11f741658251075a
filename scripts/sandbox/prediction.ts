// Row changes each writing phase makes, a table: the number a run must meet exactly. Until the rehearsal measures them they are
// configuration (docs/decisions/0006-prediction.md); every runtime table counts too.
import type { Config } from "../../runner/model/config.ts";

/** Coefficients of the sandbox host's configuration. */
export const PREDICTION: Config["prediction"] = {
  cut_leg_a: {}, leg_b_record: {}, write_verify: {}, lifecycle_enact: {}, revert: {}, revert_ledger: {},
};
