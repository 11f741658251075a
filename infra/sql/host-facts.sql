-- role: admin
-- params: psql variable scope, JSON text {roles, judged, schemas, tables, functions, triggers, defined, event_triggers} made from sql/rights.json
-- returns: many
-- What the catalogs say about the declared roles and objects, one row a fact: path, what it lies in or '', state in words, row versions.
-- Read with search_path = pg_catalog; values of role settings never leave the server.
-- Each list of the scope is read once and hashed; asked row by row, the functions of pg_catalog alone cost 0.3 s of processor.
WITH scope AS (SELECT :'scope'::jsonb AS s),
role AS (
  SELECT r.*, r.xmin AS version FROM pg_authid r WHERE r.rolname IN (SELECT jsonb_array_elements_text(s -> 'roles') FROM scope)),
relation AS (
  SELECT c.oid, c.relowner, c.relacl, c.relkind, c.relrowsecurity, c.xmin AS version, n.nspname || '.' || c.relname AS name, n.nspname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE (n.nspname || '.' || c.relname) IN (SELECT jsonb_array_elements_text(s -> 'tables') FROM scope)
      OR (n.nspname = 'cutter_runtime' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S'))),
named AS (
  SELECT n.oid, n.nspname, n.nspowner, n.nspacl, n.xmin AS version FROM pg_namespace n
   WHERE n.nspname IN (SELECT jsonb_array_elements_text(s -> 'schemas') FROM scope)),
routine AS (
  SELECT p.oid, p.proowner, p.proacl, p.prosecdef, p.provolatile, p.proisstrict, p.prolang, p.proconfig, p.prosrc, p.xmin AS version, n.nspname,
         n.nspname || '.' || p.proname || '(' || oidvectortypes(p.proargtypes) || ')' AS name
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname = 'cutter_runtime'
      OR (n.nspname || '.' || p.proname || '(' || oidvectortypes(p.proargtypes) || ')') IN (SELECT jsonb_array_elements_text(s -> 'functions') FROM scope)),
granted(object, owner, grantee, privilege, is_grantable, version, lies_in) AS (
  SELECT 'schema ' || nspname, nspowner, a.grantee, a.privilege_type, a.is_grantable, version, 'schema ' || nspname
    FROM named, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) a
  UNION ALL
  SELECT 'table ' || name, relowner, a.grantee, a.privilege_type, a.is_grantable, version, 'table ' || name
    FROM relation, aclexplode(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))) a
  UNION ALL
  SELECT 'column ' || name || '.' || t.attname, relowner, a.grantee, a.privilege_type, a.is_grantable, t.xmin, 'table ' || name
    FROM relation JOIN pg_attribute t ON t.attrelid = relation.oid AND t.attacl IS NOT NULL AND NOT t.attisdropped, aclexplode(t.attacl) a
  UNION ALL
  SELECT 'function ' || name, proowner, a.grantee, a.privilege_type, a.is_grantable, version, 'function ' || name
    FROM routine, aclexplode(coalesce(proacl, acldefault('f', proowner))) a)
SELECT 'role ' || rolname AS path, '' AS lies_in,
       concat_ws(', ', CASE WHEN rolcanlogin THEN 'login' ELSE 'no login' END,
                 CASE rolconnlimit WHEN -1 THEN 'no limit' ELSE 'limit ' || rolconnlimit END, CASE WHEN rolsuper THEN 'superuser' END,
                 CASE WHEN NOT rolsuper AND rolcreaterole THEN 'may create roles' END, CASE WHEN NOT rolsuper AND rolcreatedb THEN 'may create databases' END,
                 CASE WHEN NOT rolsuper AND rolreplication THEN 'replication' END, CASE WHEN NOT rolsuper AND rolbypassrls THEN 'bypasses row security' END) AS state,
       version::text AS witness
  FROM role
UNION ALL
SELECT 'password of role ' || rolname, 'role ' || rolname, CASE WHEN rolpassword IS NULL THEN 'none' ELSE 'set' END, version::text
  FROM role WHERE rolcanlogin
UNION ALL
SELECT 'setting ' || split_part(setting, '=', 1) || ' of role ' || rolname || CASE WHEN d.datname IS NULL THEN '' ELSE ' in database ' || d.datname END,
       'role ' || rolname, 'set', s.xmin::text
  FROM pg_db_role_setting s JOIN role ON role.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) AS setting
 WHERE (s.setdatabase = 0 OR d.datname = current_database()) AND rolname IN (SELECT jsonb_array_elements_text(s -> 'judged') FROM scope)
UNION ALL
SELECT 'membership of ' || pg_get_userbyid(m.member) || ' in ' || pg_get_userbyid(m.roleid), min('role ' || role.rolname),        -- From PostgreSQL 16 on each membership says itself whether it hands the rights on; before, the member says it for all. Read through JSON, because 15 has no such column.
       CASE WHEN bool_or(coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, member.rolinherit)) THEN 'member' ELSE 'member, inherits nothing' END, max(m.xmin::text)
  -- Whoever is a member of one of the cutter's roles may do what that role may.
  FROM pg_auth_members m JOIN role ON role.oid IN (m.member, m.roleid) JOIN pg_roles member ON member.oid = m.member
 WHERE role.rolname IN (SELECT jsonb_array_elements_text(s -> 'judged') FROM scope) GROUP BY m.member, m.roleid
UNION ALL
SELECT 'schema ' || nspname, '', 'owner ' || pg_get_userbyid(nspowner), version::text FROM named
UNION ALL
SELECT 'table ' || name, 'schema ' || nspname, 'owner ' || pg_get_userbyid(relowner) || CASE WHEN relrowsecurity THEN ', row security' ELSE '' END, version::text
  FROM relation WHERE relkind <> 'S'
UNION ALL
SELECT 'column ' || name || '.' || t.attname, 'table ' || name,
       concat_ws(', ', format_type(t.atttypid, t.atttypmod),
                 (SELECT 'collation ' || t.attcollation::regcollation::text FROM pg_type y WHERE y.oid = t.atttypid AND y.typcollation <> t.attcollation),
                 CASE WHEN t.attnotnull THEN 'not null' END, 'default ' || pg_get_expr(d.adbin, d.adrelid),
                 CASE t.attidentity WHEN 'a' THEN 'identity always' WHEN 'd' THEN 'identity by default' END, CASE WHEN t.attgenerated <> '' THEN 'generated' END), t.xmin::text
  FROM relation JOIN pg_attribute t ON t.attrelid = relation.oid AND t.attnum > 0 AND NOT t.attisdropped LEFT JOIN pg_attrdef d ON d.adrelid = t.attrelid AND d.adnum = t.attnum
 WHERE nspname = 'cutter_runtime' AND relkind <> 'S'
UNION ALL
SELECT 'constraint ' || k.conname || ' on ' || name, 'table ' || name, pg_get_constraintdef(k.oid), k.xmin::text
  FROM relation JOIN pg_constraint k ON k.conrelid = relation.oid WHERE nspname = 'cutter_runtime' AND k.contype IN ('p', 'u', 'f', 'c', 'x')
UNION ALL
SELECT 'index ' || i.relname || ' on ' || name, 'table ' || name, pg_get_indexdef(x.indexrelid) || CASE WHEN x.indisvalid THEN '' ELSE ', not valid' END, x.xmin::text
  FROM relation JOIN pg_index x ON x.indrelid = relation.oid JOIN pg_class i ON i.oid = x.indexrelid
 WHERE nspname = 'cutter_runtime' AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.conrelid = x.indrelid)
UNION ALL
SELECT 'function ' || name, 'schema ' || nspname,
       concat_ws(', ', 'owner ' || pg_get_userbyid(proowner), CASE WHEN prosecdef THEN 'security definer' ELSE 'security invoker' END,
                 (SELECT lanname FROM pg_language l WHERE l.oid = prolang), CASE provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
                 CASE WHEN proisstrict THEN 'strict' END,
                 array_to_string(proconfig, ', '), 'body sha256:' || encode(sha256(convert_to(prosrc, 'UTF8')), 'hex')), version::text
  FROM routine
UNION ALL
SELECT 'grant ' || privilege || ' on ' || object || ' to ' || CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END, lies_in,
       CASE WHEN bool_or(is_grantable) THEN 'granted with grant option' ELSE 'granted' END, max(version::text)
  FROM granted WHERE grantee <> owner GROUP BY privilege, object, grantee, lies_in
UNION ALL
SELECT 'trigger ' || t.tgname || ' on ' || relation.name, 'table ' || relation.name,
       'calls ' || n.nspname || '.' || p.proname || '(' || oidvectortypes(p.proargtypes) || '), '
       || CASE t.tgenabled WHEN 'A' THEN 'always' WHEN 'O' THEN 'ordinarily' WHEN 'R' THEN 'on replicas only' ELSE 'disabled' END, t.xmin::text
  FROM pg_trigger t JOIN relation ON relation.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE NOT t.tgisinternal
   AND (relation.nspname = 'cutter_runtime' OR (t.tgname || ' on ' || relation.name) IN (SELECT jsonb_array_elements_text(s -> 'triggers') FROM scope))
UNION ALL
SELECT 'definition of trigger ' || t.tgname || ' on ' || relation.name, 'trigger ' || t.tgname || ' on ' || relation.name, pg_get_triggerdef(t.oid), t.xmin::text
  FROM pg_trigger t JOIN relation ON relation.oid = t.tgrelid
 WHERE NOT t.tgisinternal AND (t.tgname || ' on ' || relation.name) IN (SELECT jsonb_array_elements_text(s -> 'defined') FROM scope)
UNION ALL
SELECT 'event trigger ' || e.evtname, '',
       'on ' || e.evtevent || coalesce(' for ' || array_to_string(e.evttags, ','), '') || ' calls ' || n.nspname || '.' || p.proname || '(), '
       || CASE e.evtenabled WHEN 'A' THEN 'always' WHEN 'O' THEN 'ordinarily' WHEN 'R' THEN 'on replicas only' ELSE 'disabled' END, e.xmin::text
  FROM pg_event_trigger e JOIN pg_proc p ON p.oid = e.evtfoid JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE e.evtname IN (SELECT jsonb_array_elements_text(s -> 'event_triggers') FROM scope)
UNION ALL
SELECT 'rule ' || w.rulename || ' on ' || relation.name, 'table ' || relation.name, 'there', w.xmin::text
  FROM pg_rewrite w JOIN relation ON relation.oid = w.ev_class WHERE w.rulename <> '_RETURN'
