-- role: exec|verify
-- params: $1 scope jsonb
-- returns: many
-- Who may act unseen by row triggers: TRUNCATE a relevant table, or set a guarded parameter such as session_replication_role.
-- Superusers are listed by `roles`; here stand the others, with what they hold through memberships and PUBLIC.
WITH relation AS (
  SELECT c.oid, n.nspname || '.' || c.relname AS name
  FROM jsonb_array_elements_text($1::jsonb -> 'relations') AS named(name)
  JOIN pg_namespace AS n ON n.nspname = split_part(named.name, '.', 1)
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = split_part(named.name, '.', 2)
  WHERE c.relkind IN ('r', 'p')
), person AS (
  SELECT oid, rolname FROM pg_roles WHERE rolcanlogin AND NOT rolsuper
)
SELECT 'power' AS kind, person.rolname || ' may truncate ' || relation.name AS identity, 'yes' AS value
FROM person, relation WHERE has_table_privilege(person.oid, relation.oid, 'TRUNCATE')
UNION ALL
SELECT 'power', person.rolname || ' may set session_replication_role', 'yes'
FROM person WHERE has_parameter_privilege(person.oid, 'session_replication_role', 'SET')
UNION ALL
SELECT 'grant',
       concat_ws(' ', granted.privilege_type, 'on parameter', p.parname, 'to',
                 CASE granted.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(granted.grantee) END,
                 'by', pg_get_userbyid(granted.grantor)),
       CASE WHEN granted.is_grantable THEN 'with grant option' ELSE 'plain' END
FROM pg_parameter_acl AS p, LATERAL aclexplode(p.paracl) AS granted
