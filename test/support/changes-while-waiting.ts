// What somebody may change while a run waits for its cut. Rights, settings and definitions stand here, because one test makes all of them
// together and another each of them alone.
import type { StopCode } from "../../runner/model/stop.ts";
import type { GovernedHost } from "./governed-host.ts";

/** `make` answers how the change is taken back; the run must stop with this code and these words. */
export interface Change {
  readonly what: string;
  readonly make: () => Promise<() => unknown>;
  readonly code: StopCode;
  readonly words: RegExp;
}

/** A statement and the one that undoes it, both by the database's administrator. */
export const changedBySql =
  (host: () => GovernedHost, there: string, back: string) => async (): Promise<() => unknown> => {
    await host().sql(there);
    return () => host().sql(back);
  };

/** Each of them is STOP_GRANT_DELTA; `host` is asked for when a change is made. */
export function changesOfTheEnvironment(host: () => GovernedHost): Omit<Change, "code">[] {
  const bySql = (there: string, back: string) => changedBySql(host, there, back);
  return [
    {
      what: "cutter_exec loses the right to create units",
      words: /fn_iu_create|execute/i,
      make: bySql(
        "REVOKE EXECUTE ON FUNCTION public.fn_iu_create FROM cutter_exec",
        "GRANT EXECUTE ON FUNCTION public.fn_iu_create TO cutter_exec",
      ),
    },
    {
      what: "everybody may read the review decisions",
      words: /review_decision.*PUBLIC|PUBLIC.*review_decision/,
      make: bySql(
        "GRANT SELECT ON cutter_governance.review_decision TO PUBLIC",
        "REVOKE SELECT ON cutter_governance.review_decision FROM PUBLIC",
      ),
    },
    {
      what: "cutter_exec gets a search_path of its own",
      words: /cutter_exec.*search_path/,
      make: bySql("ALTER ROLE cutter_exec SET search_path = public", "ALTER ROLE cutter_exec RESET search_path"),
    },
    {
      what: "cutter_exec gets another isolation level",
      words: /default_transaction_isolation/,
      make: bySql(
        "ALTER ROLE cutter_exec SET default_transaction_isolation = 'serializable'",
        "ALTER ROLE cutter_exec RESET default_transaction_isolation",
      ),
    },
    {
      what: "cutter_exec becomes a member of directus",
      words: /directus/,
      make: bySql("GRANT directus TO cutter_exec", "REVOKE directus FROM cutter_exec"),
    },
    {
      what: "the trigger that keeps enacted units is switched off",
      words: /trg_iu_enacted_immut/,
      make: bySql(
        "ALTER TABLE public.information_unit DISABLE TRIGGER trg_iu_enacted_immut",
        "ALTER TABLE public.information_unit ENABLE TRIGGER trg_iu_enacted_immut",
      ),
    },
    {
      what: "the admission trigger is switched off by the table's owner",
      words: /cut_admission/,
      make: bySql(
        "SET ROLE directus; ALTER TABLE public.information_unit DISABLE TRIGGER USER",
        [
          "ALTER TABLE public.information_unit ENABLE TRIGGER USER",
          "DO $$ DECLARE t name; BEGIN FOR t IN SELECT tgname FROM pg_trigger WHERE tgrelid = 'public.information_unit'::regclass AND tgname LIKE '%admission%' LOOP EXECUTE format('ALTER TABLE public.information_unit ENABLE ALWAYS TRIGGER %I', t); END LOOP; END $$",
        ].join(";"),
      ),
    },
    {
      what: "a trigger is added to the units",
      words: /trg_planted/,
      make: bySql(
        "CREATE TRIGGER trg_planted AFTER INSERT ON public.information_unit FOR EACH ROW EXECUTE FUNCTION public.fn_iu_register_birth()",
        "DROP TRIGGER trg_planted ON public.information_unit",
      ),
    },
    {
      what: "the write guard only observes",
      words: /iu_create\.gateway\.mode.*enforced.*observe/,
      make: bySql(
        "UPDATE public.dot_config SET value = 'observe' WHERE key = 'iu_create.gateway.mode'",
        "UPDATE public.dot_config SET value = 'enforced' WHERE key = 'iu_create.gateway.mode'",
      ),
    },
  ];
}
