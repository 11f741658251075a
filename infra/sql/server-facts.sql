-- role: admin
-- params: psql variable settings, JSON list of the names whose values are facts
-- returns: many
-- What only the database's administrator can see of how the server decides who may log in and what a commit is worth, one row a fact:
-- kind, identity, value. Read with search_path = pg_catalog. A setting that is not in the list may hold a secret: only its name is a fact.
WITH watched AS (
  SELECT jsonb_array_elements_text(:'settings'::jsonb) AS name
), hba AS (
  SELECT line_number,
         concat_ws(' ', type, array_to_string(database, ','), array_to_string(user_name, ','), address, netmask, auth_method,
                   (SELECT string_agg(CASE WHEN split_part(o, '=', 1) IN ('ldapbindpasswd', 'radiussecrets') THEN split_part(o, '=', 1) ELSE o END, ' ') FROM unnest(options) AS o),
                   'error ' || error) AS rule
  FROM pg_hba_file_rules
), ident AS (
  SELECT line_number, concat_ws(' ', map_name, sys_name, 'as', pg_username, 'error ' || error) AS rule FROM pg_ident_file_mappings
), filed AS (
  SELECT name, (array_agg(setting ORDER BY seqno DESC))[1] AS setting FROM pg_file_settings WHERE name IS NOT NULL GROUP BY name
), builtin AS (
  SELECT 'functions' AS what, p.oid::regprocedure::text AS name, concat_ws(' ', p.prosrc, p.probin, p.prolang::text, p.prosecdef::text, p.provolatile::text, p.proconfig::text) AS body
  FROM pg_proc AS p WHERE p.oid < 16384 AND p.pronamespace = 'pg_catalog'::regnamespace
  UNION ALL
  SELECT 'operators', o.oid::regoperator::text, concat_ws(' ', o.oprcode::text, o.oprrest::text, o.oprjoin::text, o.oprcom::text, o.oprnegate::text) FROM pg_operator AS o WHERE o.oid < 16384
  UNION ALL
  SELECT 'casts', concat_ws(' ', k.castsource::regtype, k.casttarget::regtype), concat_ws(' ', k.castfunc::text, k.castcontext::text, k.castmethod::text) FROM pg_cast AS k WHERE k.oid < 16384
)
-- pg_settings leaves out what a login may not see; asking for one of those by its name is refused instead.
SELECT 'setting' AS kind, s.name AS identity, s.setting AS value FROM pg_settings AS s
 WHERE s.name IN (SELECT name FROM watched) AND (SELECT current_setting('shared_preload_libraries') IS NOT NULL)
UNION ALL
SELECT 'setting in a file of the server', f.name, CASE WHEN f.name IN (SELECT name FROM watched) THEN f.setting ELSE 'set' END FROM filed AS f
UNION ALL
SELECT 'login rule', rule, count(*) || ' times in pg_hba' FROM hba GROUP BY rule
UNION ALL
SELECT 'login rule', 'order of all', count(*) || ' rules, md5 ' || md5(coalesce(string_agg(rule, E'\n' ORDER BY line_number), '')) FROM hba
UNION ALL
SELECT 'user name map', rule, count(*) || ' times in pg_ident' FROM ident GROUP BY rule
UNION ALL
SELECT 'built in', what, count(*) || ' of PostgreSQL, md5 ' || md5(string_agg(name || ' ' || body, E'\n' ORDER BY name COLLATE "C", body COLLATE "C")) FROM builtin GROUP BY what
UNION ALL
SELECT 'function in pg_catalog', p.oid::regprocedure::text, 'md5 ' || md5(concat_ws(' ', p.prosrc, p.probin)) FROM pg_proc AS p
 WHERE p.oid >= 16384 AND p.pronamespace = 'pg_catalog'::regnamespace
UNION ALL
SELECT 'function with rights of its owner', p.oid::regprocedure::text, 'owner ' || pg_get_userbyid(p.proowner) FROM pg_proc AS p
 WHERE p.oid >= 16384 AND p.prosecdef
