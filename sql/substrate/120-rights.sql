-- The existing system, part 12: the known rights, and only those. Missing on purpose, as found in production: SELECT on
-- verify_result and on cut_change_set_affected_row for cutter_exec (package two-grant), and everything of package
-- read-rights. iu_lifecycle_log for cutter_verify is such a case: one page grants it, the audited matrix does not show it.

-- Schema public: applied by its owner.
SET LOCAL ROLE directus;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT SELECT ON public.information_unit, public.unit_version, public.iu_lifecycle_log TO cutter_exec;
GRANT SELECT ON public.information_unit, public.unit_version TO cutter_verify;
GRANT EXECUTE ON FUNCTION
  public.fn_iu_create(text, text, text, text, text, text, text, text, uuid),
  public.fn_iu_enact(text, text, uuid, text, uuid, text, text, boolean) TO cutter_exec;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO context_pack_readonly;
RESET ROLE;

-- Schema cutter_governance: applied by workflow_admin.
SET LOCAL ROLE workflow_admin;
GRANT USAGE ON SCHEMA cutter_governance TO cutter_exec, cutter_verify, cutter_ro, directus;
GRANT SELECT, INSERT ON
  cutter_governance.cut_change_set, cutter_governance.manifest_envelope, cutter_governance.manifest_unit_block,
  cutter_governance.review_decision, cutter_governance.dot_pair_signature,
  cutter_governance.decision_backlog_entry, cutter_governance.decision_backlog_history TO cutter_exec;
GRANT INSERT ON cutter_governance.cut_change_set_affected_row TO cutter_exec;
GRANT SELECT, INSERT ON
  cutter_governance.verify_result, cutter_governance.dot_pair_signature, cutter_governance.cut_change_set TO cutter_verify;
-- fn_iu_enact runs as directus and reads both.
GRANT SELECT ON cutter_governance.review_decision, cutter_governance.cut_change_set TO directus;
RESET ROLE;
