-- role: exec|verify
-- params: $1 scope jsonb
-- returns: many
-- Settings that take effect at login: of the relevant roles, of the database, of everybody. A custom setting (with a dot) may carry
-- a secret, so only its name is a fact; the gateway's marker is shown, because presetting it would open the write guard.
SELECT 'role setting' AS kind,
       concat_ws(' ', coalesce(r.rolname, 'every role'), 'in', coalesce(d.datname, 'every database'), setting.name) AS identity,
       CASE WHEN position('.' IN setting.name) = 0 THEN setting.value
            WHEN setting.name IN (SELECT c.value::text FROM public.dot_config AS c WHERE c.key = 'iu_create.gateway.marker_key') THEN setting.value
            ELSE 'set' END AS value
FROM pg_db_role_setting AS s
LEFT JOIN pg_roles AS r ON r.oid = s.setrole
LEFT JOIN pg_database AS d ON d.oid = s.setdatabase,
LATERAL (SELECT split_part(item, '=', 1) AS name, substr(item, position('=' IN item) + 1) AS value FROM unnest(s.setconfig) AS item) AS setting
WHERE (s.setrole = 0 OR r.rolname IN (SELECT jsonb_array_elements_text($1::jsonb -> 'roles')))
  AND (s.setdatabase = 0 OR d.datname = current_database())
