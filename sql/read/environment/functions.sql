-- role: exec|verify
-- params: $1 scope jsonb
-- returns: many
-- Body, attributes, owner and EXECUTE rights of every function that can run in a write: the listed ones with all their overloads,
-- those of triggers, event triggers, defaults, constraints, indexes, policies and rules of the relevant relations, and what their
-- bodies name. PostgreSQL records no dependencies of procedural bodies, so every word that is also the name of a user function counts, as
-- written and in lower case.
WITH RECURSIVE relation AS MATERIALIZED (
  SELECT c.oid
  FROM jsonb_array_elements_text($1::jsonb -> 'relations') AS named(name)
  JOIN pg_namespace AS n ON n.nspname = split_part(named.name, '.', 1)
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = split_part(named.name, '.', 2)
), own AS MATERIALIZED (
  SELECT p.oid, p.proname, n.nspname || '.' || p.proname AS name
  FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
), part (class, oid) AS (
  SELECT 'pg_attrdef'::regclass, oid FROM pg_attrdef WHERE adrelid IN (SELECT oid FROM relation)
  UNION ALL SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE conrelid IN (SELECT oid FROM relation)
  UNION ALL SELECT 'pg_constraint'::regclass, oid FROM pg_constraint
    WHERE contypid IN (SELECT atttypid FROM pg_attribute WHERE attrelid IN (SELECT oid FROM relation))
  UNION ALL SELECT 'pg_policy'::regclass, oid FROM pg_policy WHERE polrelid IN (SELECT oid FROM relation)
  UNION ALL SELECT 'pg_rewrite'::regclass, oid FROM pg_rewrite WHERE ev_class IN (SELECT oid FROM relation)
  UNION ALL SELECT 'pg_class'::regclass, indexrelid FROM pg_index WHERE indrelid IN (SELECT oid FROM relation)
), seed AS (
  SELECT oid FROM own
  WHERE name IN (SELECT split_part(listed, '(', 1) FROM jsonb_array_elements_text($1::jsonb -> 'functions') AS listed)
  UNION SELECT tgfoid FROM pg_trigger WHERE tgrelid IN (SELECT oid FROM relation)
  UNION SELECT evtfoid FROM pg_event_trigger
  UNION SELECT d.refobjid FROM part JOIN pg_depend AS d ON d.classid = part.class AND d.objid = part.oid AND d.refclassid = 'pg_proc'::regclass
), reached AS (
  SELECT oid FROM seed WHERE oid IN (SELECT oid FROM own)
  UNION
  -- Each word once: comparing every place where it stands took most of the reading. DISTINCT also tells the planner that few come back.
  SELECT DISTINCT own.oid
  FROM (SELECT DISTINCT word
        FROM reached JOIN pg_proc AS p ON p.oid = reached.oid,
             LATERAL regexp_split_to_table(coalesce(nullif(p.prosrc, ''), pg_get_function_sqlbody(p.oid)), '[^[:alnum:]_]+') AS word) AS said,
       LATERAL (VALUES (said.word), (lower(said.word))) AS meant(name)
  JOIN own ON own.proname = meant.name
), function AS (
  SELECT p.*, p.oid::regprocedure::text AS name, l.lanname FROM reached JOIN pg_proc AS p USING (oid) JOIN pg_language AS l ON l.oid = p.prolang
)
SELECT 'function body' AS kind, name AS identity, md5(concat_ws(' ', prosrc, probin, pg_get_function_sqlbody(oid))) AS value FROM function
UNION ALL
SELECT 'function attributes', name,
       concat_ws(', ', 'kind ' || prokind::text, lanname, CASE WHEN prosecdef THEN 'security definer' ELSE 'security invoker' END,
                 'volatility ' || provolatile::text, 'parallel ' || proparallel::text, CASE WHEN proisstrict THEN 'strict' END, CASE WHEN proleakproof THEN 'leakproof' END,
                 'arguments (' || pg_get_function_arguments(oid) || ')', 'returns ' || pg_get_function_result(oid),
                 'set ' || array_to_string(proconfig, ' set '))
FROM function
UNION ALL
SELECT 'owner', 'function ' || name, pg_get_userbyid(proowner) FROM function
UNION ALL
SELECT 'grant',
       concat_ws(' ', granted.privilege_type, 'on function', name, 'to',
                 CASE granted.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(granted.grantee) END, 'by', pg_get_userbyid(granted.grantor)),
       CASE WHEN granted.is_grantable THEN 'with grant option' ELSE 'plain' END
FROM function, LATERAL aclexplode(coalesce(proacl, acldefault('f', proowner))) AS granted
