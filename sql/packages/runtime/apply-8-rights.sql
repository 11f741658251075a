-- 8. Who may call and read what. Nobody but the owner inserts into a table of the cutter.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA cutter_runtime FROM PUBLIC;
GRANT USAGE ON SCHEMA cutter_runtime TO cutter_exec, cutter_verify, cutter_gate, cutter_halt, cutter_backup, directus, cutter_signal;

GRANT EXECUTE ON FUNCTION
  cutter_runtime.open_run(text, text, text, text, text, text),
  cutter_runtime.take_lease(text, text, text),
  cutter_runtime.host_beat(text, text, text, text),
  cutter_runtime.is_silent(text),
  cutter_runtime.release_lease(text, bigint),
  cutter_runtime.set_state(text, bigint, text, text),
  cutter_runtime.record_phase(text, text, bigint, text, text, jsonb),
  cutter_runtime.record_receipt(text, bigint, int, jsonb, text, text, bigint, text, jsonb, text),
  cutter_runtime.close_run(text, bigint, text, text),
  cutter_runtime.lock_runs_index(text)
  TO cutter_exec;
GRANT EXECUTE ON FUNCTION
  cutter_runtime.append_journal(text, bigint, bigint, text, text, jsonb),
  cutter_runtime.begin_effect(text, text, bigint, text, jsonb, int),
  cutter_runtime.end_effect(text, text, bigint, text, jsonb),
  cutter_runtime.last_look(text, text)
  TO cutter_exec, cutter_verify;
GRANT EXECUTE ON FUNCTION
  cutter_runtime.admit(text, text, jsonb, text, text, text, text, bytea, bytea, timestamptz, timestamptz, jsonb, jsonb),
  cutter_runtime.revoke(text, text, text, text, bytea, bytea),
  cutter_runtime.lift_halt(bigint[], bytea, bytea, text)
  TO cutter_gate;
GRANT EXECUTE ON FUNCTION cutter_runtime.escalation(text) TO cutter_exec, cutter_verify, cutter_gate, cutter_backup;
GRANT EXECUTE ON FUNCTION
  cutter_runtime.request_halt(text, text, text), cutter_runtime.acknowledge_halt(), cutter_runtime.order_revert(text, text, text, text)
  TO cutter_halt;

GRANT SELECT ON ALL TABLES IN SCHEMA cutter_runtime TO cutter_exec, cutter_verify, cutter_gate, cutter_backup;
GRANT SELECT ON cutter_runtime.halt, cutter_runtime.run, cutter_runtime.lease TO cutter_halt;
GRANT SELECT ON cutter_runtime.planned_unit, cutter_runtime.phase_done, cutter_runtime.run, cutter_runtime.lease, cutter_runtime.revert_order TO directus;
GRANT SELECT ON cutter_runtime.lease TO cutter_signal;

RESET ROLE;

-- The function that ends sessions is no part of the owner's power: only its functions may call it.
ALTER FUNCTION cutter_runtime.end_session_of(text) OWNER TO cutter_signal;
GRANT EXECUTE ON FUNCTION cutter_runtime.end_session_of(text) TO cutter_owner;
