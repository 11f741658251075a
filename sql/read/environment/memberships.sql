-- role: exec|verify
-- params: $1 scope jsonb
-- returns: many
-- Memberships that give a relevant role rights or let another role act as one, and those in the predefined roles that reach past
-- table rights. The options are read through JSON because PostgreSQL 15 has no inherit_option and set_option.
WITH RECURSIVE relevant AS (
  SELECT oid FROM pg_roles WHERE rolname IN (SELECT jsonb_array_elements_text($1::jsonb -> 'roles'))
), upward AS (
  SELECT oid FROM relevant
  UNION
  SELECT m.roleid FROM pg_auth_members AS m JOIN upward ON upward.oid = m.member
), downward AS (
  SELECT oid FROM relevant
  UNION
  SELECT m.member FROM pg_auth_members AS m JOIN downward ON downward.oid = m.roleid
)
SELECT 'membership' AS kind,
       concat_ws(' ', pg_get_userbyid(m.member), 'in', pg_get_userbyid(m.roleid), 'by', pg_get_userbyid(m.grantor)) AS identity,
       concat_ws(', ',
         'admin ' || m.admin_option,
         'inherit ' || (to_jsonb(m) ->> 'inherit_option'),
         'set ' || (to_jsonb(m) ->> 'set_option')) AS value
FROM pg_auth_members AS m
WHERE m.member IN (SELECT oid FROM upward)
   OR m.roleid IN (SELECT oid FROM downward)
   OR pg_get_userbyid(m.roleid) IN ('pg_write_all_data', 'pg_execute_server_program', 'pg_write_server_files', 'pg_maintain',
                                    'pg_create_subscription', 'pg_database_owner')
