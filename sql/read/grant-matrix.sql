-- role: exec|verify
-- params: none
-- returns: one
-- The four booleans of the recorded grant matrix; looked up by OID because a look-up by name fails without USAGE on the schema.
-- A missing role, table or function answers false: what does not exist is not granted.
WITH role AS (
  SELECT max(oid) FILTER (WHERE rolname = 'cutter_exec') AS exec,
         max(oid) FILTER (WHERE rolname = 'cutter_verify') AS verify,
         max(oid) FILTER (WHERE rolname = 'directus') AS directus
  FROM pg_roles
), ledger AS (
  SELECT max(c.oid) FILTER (WHERE c.relname = 'verify_result') AS verify_result,
         max(c.oid) FILTER (WHERE c.relname = 'review_decision') AS review_decision
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = 'cutter_governance' AND c.relkind IN ('r', 'p')
), canonical AS (
  SELECT count(DISTINCT p.proname) AS names, bool_and(has_function_privilege(role.exec, p.oid, 'EXECUTE')) AS granted
  FROM role, pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
  WHERE n.nspname = 'public' AND p.proname IN ('fn_iu_create', 'fn_iu_enact')
)
SELECT coalesce(canonical.names = 2 AND canonical.granted, false) AS cutter_exec_execute_canonical_fns,
       coalesce(has_table_privilege(role.verify, ledger.verify_result, 'SELECT')
            AND has_table_privilege(role.verify, ledger.verify_result, 'INSERT'), false) AS cutter_verify_select_insert_verify_result,
       coalesce(has_table_privilege(role.directus, ledger.review_decision, 'SELECT'), false) AS directus_select_review_decision,
       EXISTS (SELECT FROM pg_namespace WHERE nspname = 'cutter_governance') AND NOT EXISTS (
         SELECT FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace,
                LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS granted
         WHERE n.nspname = 'cutter_governance' AND granted.grantee = 0 AND granted.privilege_type = 'EXECUTE'
       ) AS no_public_execute_leak
FROM role, ledger, canonical
