-- role: exec|verify
-- params: $1 signature_id uuid, $2 kind text, $3 dot_id text, $4 tool_revision text, $5 payload_hash text, $6 envelope jsonb,
--   $7 change_set_id uuid or null, $8 verify_result_id uuid or null, $9 scenario_ref text
-- returns: many
-- The principal's mark on its own record. It carries no cryptography and says so: the people's signatures are in admission.
INSERT INTO cutter_governance.dot_pair_signature
       (signature_id, signature_kind, signer_dot_id, signer_identity, signer_tool_revision, payload_hash, signature_payload, payload_envelope,
        cross_reference_change_set_id, cross_reference_verify_result_id, signature_scheme, signed_at, scenario_ref)
VALUES ($1::uuid, $2, $3, session_user::text, $4, $5,
        pg_catalog.jsonb_build_object('scheme', 'database-principal', 'session_user', session_user::text, 'xid', pg_catalog.pg_current_xact_id()::text),
        $6::jsonb, $7::uuid, $8::uuid, 'database-principal', pg_catalog.now(), $9)
RETURNING signature_id::text AS id
