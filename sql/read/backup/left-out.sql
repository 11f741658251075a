-- role: backup
-- params: $1 schemas text[], $2 carried text[] ("schema.relation"), $3 left_out_keys text[] ("schema.table constraint")
-- returns: many
-- Everything that a restore without a superuser cannot make again or that the dump does not carry, and whatever needs it, by the catalog's
-- own dependencies. Objects of others are left out of the dump by class and oid; where a carried relation needs one, `needed_by` names it and
-- nothing may be dumped. What a procedural body names is no dependency: a rehearsal shows it.
WITH RECURSIVE namespace AS (
  SELECT n.oid, n.nspname FROM pg_catalog.pg_namespace n WHERE n.nspname = ANY ($1::text[])
), member AS (
  SELECT d.classid, d.objid FROM pg_catalog.pg_depend d WHERE d.deptype = 'e'
), carried AS (
  SELECT c.oid, n.nspname || '.' || c.relname AS name
    FROM pg_catalog.pg_class c JOIN namespace n ON n.oid = c.relnamespace
   WHERE n.nspname || '.' || c.relname = ANY ($2::text[])
), made_extension AS (
  -- plpgsql is in every new database.
  SELECT e.oid
    FROM pg_catalog.pg_extension e
    LEFT JOIN pg_catalog.pg_available_extension_versions v ON v.name = e.extname AND v.version = e.extversion
   WHERE e.extname = 'plpgsql'
      OR (v.trusted AND (e.extnamespace IN (SELECT n.oid FROM namespace n)
                         OR EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_proc p ON p.prolang = d.objid
                                     WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
                                       AND d.classid = 'pg_catalog.pg_language'::regclass AND p.pronamespace IN (SELECT n.oid FROM namespace n))))
), own_function AS (
  SELECT p.oid, p.proowner, p.proacl, p.prokind, p.prolang, p.proleakproof, p.prosupport, p.proconfig
    FROM pg_catalog.pg_proc p
   WHERE p.pronamespace IN (SELECT n.oid FROM namespace n)
     AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_catalog.pg_proc'::regclass AND m.objid = p.oid)
     -- The functions of a range type come with it.
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
), seed (classid, objid, reason) AS (
  SELECT 'pg_catalog.pg_namespace'::regclass::oid, n.oid, 'schema ' || n.nspname || ' is not in the dump'
    FROM pg_catalog.pg_namespace n
   WHERE n.oid NOT IN (SELECT s.oid FROM namespace s) AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  UNION ALL
  SELECT 'pg_catalog.pg_extension'::regclass, e.oid, 'extension ' || e.extname || ' cannot be restored without a superuser'
    FROM pg_catalog.pg_extension e WHERE e.oid NOT IN (SELECT m.oid FROM made_extension m)
  UNION ALL
  SELECT 'pg_catalog.pg_class'::regclass, c.oid, 'it is not in the dump'
    FROM pg_catalog.pg_class c JOIN namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.oid NOT IN (SELECT k.oid FROM carried k)
     AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid)
  UNION ALL
  SELECT 'pg_catalog.pg_foreign_server'::regclass, s.oid, 'foreign server ' || s.srvname || ' is not in the dump' FROM pg_catalog.pg_foreign_server s
  UNION ALL
  SELECT 'pg_catalog.pg_proc'::regclass, p.oid, 'only a superuser may make a function ' || why.reason
    FROM own_function p
    JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    CROSS JOIN LATERAL (VALUES
      (CASE WHEN NOT l.lanpltrusted AND p.prokind <> 'a' THEN 'in language ' || l.lanname END),
      (CASE WHEN p.proleakproof THEN 'that is leakproof' END),
      (CASE WHEN p.prosupport <> 0 THEN 'with planner support' END),
      ((SELECT 'that sets ' || pg_catalog.split_part(s, '=', 1)
          FROM pg_catalog.unnest(p.proconfig) s LEFT JOIN pg_catalog.pg_settings g ON g.name = pg_catalog.split_part(s, '=', 1)
         WHERE coalesce(g.context <> 'user', pg_catalog.strpos(pg_catalog.split_part(s, '=', 1), '.') = 0) LIMIT 1)),
      ((SELECT 'whose rights were granted by ' || pg_catalog.pg_get_userbyid(a.grantor)
          FROM pg_catalog.aclexplode(p.proacl) a WHERE a.grantor <> p.proowner LIMIT 1))) why (reason)
   WHERE why.reason IS NOT NULL
  UNION ALL
  SELECT 'pg_catalog.pg_proc'::regclass, a.aggfnoid::oid, 'only a superuser may make an aggregate over internal states'
    FROM pg_catalog.pg_aggregate a JOIN own_function p ON p.oid = a.aggfnoid
   WHERE 'pg_catalog.internal'::regtype IN (a.aggtranstype, a.aggmtranstype)
  UNION ALL
  SELECT 'pg_catalog.pg_type'::regclass, t.oid, 'only a superuser may make a base type'
    FROM pg_catalog.pg_type t
   WHERE t.typnamespace IN (SELECT n.oid FROM namespace n) AND t.typtype IN ('b', 'p') AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid)
     AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_catalog.pg_type'::regclass AND m.objid = t.oid)
  UNION ALL
  SELECT 'pg_catalog.pg_type'::regclass, t.oid, 'the rights of a type were granted by ' || pg_catalog.pg_get_userbyid(a.grantor)
    FROM pg_catalog.pg_type t CROSS JOIN LATERAL pg_catalog.aclexplode(t.typacl) a
   WHERE t.typnamespace IN (SELECT n.oid FROM namespace n) AND a.grantor <> t.typowner
     AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_catalog.pg_type'::regclass AND m.objid = t.oid)
  UNION ALL
  SELECT o.classid, o.oid, 'only a superuser may make ' || o.kind
    FROM (SELECT 'pg_catalog.pg_opclass'::regclass::oid, oid, opcnamespace, 'an operator class' FROM pg_catalog.pg_opclass
          UNION ALL SELECT 'pg_catalog.pg_opfamily'::regclass, oid, opfnamespace, 'an operator family' FROM pg_catalog.pg_opfamily
          UNION ALL SELECT 'pg_catalog.pg_ts_parser'::regclass, oid, prsnamespace, 'a text search parser' FROM pg_catalog.pg_ts_parser
          UNION ALL SELECT 'pg_catalog.pg_ts_template'::regclass, oid, tmplnamespace, 'a text search template' FROM pg_catalog.pg_ts_template
         ) o (classid, oid, namespace, kind)
   WHERE o.namespace IN (SELECT n.oid FROM namespace n) AND NOT EXISTS (SELECT FROM member m WHERE m.classid = o.classid AND m.objid = o.oid)
), edge (classid, objid, refclassid, refobjid) AS (
  SELECT d.classid, d.objid, d.refclassid, d.refobjid FROM pg_catalog.pg_depend d
  UNION ALL
  -- A view is its rule, a domain its checks, a composite type its columns.
  SELECT 'pg_catalog.pg_class'::regclass, r.ev_class, 'pg_catalog.pg_rewrite'::regclass, r.oid FROM pg_catalog.pg_rewrite r WHERE r.rulename = '_RETURN'
  UNION ALL
  SELECT 'pg_catalog.pg_type'::regclass, k.contypid, 'pg_catalog.pg_constraint'::regclass, k.oid FROM pg_catalog.pg_constraint k WHERE k.contypid <> 0
  UNION ALL
  SELECT 'pg_catalog.pg_type'::regclass, c.reltype, 'pg_catalog.pg_class'::regclass, c.oid FROM pg_catalog.pg_class c WHERE c.relkind = 'c'
), left_out (classid, objid) AS (
  SELECT s.classid, s.objid FROM seed s
  UNION
  SELECT e.classid, e.objid
    FROM left_out l
    JOIN edge e ON e.refclassid = l.classid AND e.refobjid = l.objid
   -- The triggers of a key belong to both of its tables; the key itself says whether it is carried. What a carried relation brings to an end stops here.
   WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE e.classid = 'pg_catalog.pg_trigger'::regclass AND t.oid = e.objid AND t.tgisinternal)
     AND NOT EXISTS (SELECT FROM carried k WHERE l.classid = 'pg_catalog.pg_class'::regclass AND k.oid = l.objid)
), part (classid, objid, name, key) AS (
  SELECT 'pg_catalog.pg_class'::regclass::oid, k.oid, k.name, NULL FROM carried k
  UNION ALL SELECT 'pg_catalog.pg_class'::regclass, i.indexrelid, k.name, NULL FROM pg_catalog.pg_index i JOIN carried k ON k.oid = i.indrelid
  UNION ALL SELECT 'pg_catalog.pg_trigger'::regclass, t.oid, k.name, NULL FROM pg_catalog.pg_trigger t JOIN carried k ON k.oid = t.tgrelid WHERE NOT t.tgisinternal
  UNION ALL SELECT 'pg_catalog.pg_constraint'::regclass, c.oid, k.name, CASE WHEN c.contype = 'f' AND k.name || ' ' || c.conname = ANY ($3::text[]) THEN k.name || ' ' || c.conname END
              FROM pg_catalog.pg_constraint c JOIN carried k ON k.oid = c.conrelid
  UNION ALL SELECT 'pg_catalog.pg_attrdef'::regclass, d.oid, k.name, NULL FROM pg_catalog.pg_attrdef d JOIN carried k ON k.oid = d.adrelid
  UNION ALL SELECT 'pg_catalog.pg_policy'::regclass, p.oid, k.name, NULL FROM pg_catalog.pg_policy p JOIN carried k ON k.oid = p.polrelid
  UNION ALL SELECT 'pg_catalog.pg_rewrite'::regclass, r.oid, k.name, NULL FROM pg_catalog.pg_rewrite r JOIN carried k ON k.oid = r.ev_class
  UNION ALL SELECT 'pg_catalog.pg_statistic_ext'::regclass, x.oid, k.name, NULL FROM pg_catalog.pg_statistic_ext x JOIN carried k ON k.oid = x.stxrelid
), needed AS (
  SELECT p.name AS needed_by, coalesce(c.conname, '') AS key,
         coalesce(mn.nspname || '.' || mc.relname, pg_catalog.pg_describe_object(d.refclassid, d.refobjid, 0)) AS missing,
         CASE WHEN c.contype = 'f' THEN 'foreign key ' || c.conname
              WHEN p.classid = 'pg_catalog.pg_class'::regclass AND mc.oid IS NOT NULL THEN 'inheritance'
              WHEN p.classid = 'pg_catalog.pg_class'::regclass THEN 'its columns' ELSE pg_catalog.pg_describe_object(p.classid, p.objid, 0) END
         || coalesce(': ' || (SELECT pg_catalog.min(s.reason) FROM seed s WHERE s.classid = d.refclassid AND s.objid = d.refobjid AND mc.oid IS NULL), '') AS reason
    FROM part p
    JOIN left_out l ON l.classid = p.classid AND l.objid = p.objid
    JOIN pg_catalog.pg_depend d ON d.classid = p.classid AND d.objid = p.objid AND d.refclassid <> 'pg_catalog.pg_rewrite'::regclass
    JOIN left_out r ON r.classid = d.refclassid AND r.objid = d.refobjid
    LEFT JOIN pg_catalog.pg_constraint c ON p.classid = 'pg_catalog.pg_constraint'::regclass AND c.oid = p.objid
    LEFT JOIN pg_catalog.pg_class mc ON d.refclassid = 'pg_catalog.pg_class'::regclass AND mc.oid = d.refobjid
    LEFT JOIN pg_catalog.pg_namespace mn ON mn.oid = mc.relnamespace
   WHERE p.key IS NULL AND coalesce(mc.relkind NOT IN ('i', 'I'), true) AND NOT EXISTS (SELECT FROM carried k WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND k.oid = d.refobjid)
  UNION ALL
  SELECT k.name, '', n.nspname || '.' || c.relname, 'inheritance'
    FROM pg_catalog.pg_inherits i JOIN carried k ON k.oid = i.inhparent JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE c.oid NOT IN (SELECT o.oid FROM carried o)
  UNION ALL
  SELECT o.what, '', 'the same grant by the owner', 'a right of ' || pg_catalog.pg_get_userbyid(a.grantee) || ' was granted by ' || pg_catalog.pg_get_userbyid(a.grantor) || ', and only a superuser can repeat that'
    FROM (SELECT k.name, c.relowner, c.relacl FROM carried k JOIN pg_catalog.pg_class c ON c.oid = k.oid
          UNION ALL SELECT k.name, c.relowner, t.attacl FROM carried k JOIN pg_catalog.pg_class c ON c.oid = k.oid JOIN pg_catalog.pg_attribute t ON t.attrelid = c.oid
          UNION ALL SELECT 'schema ' || n.nspname, n.nspowner, n.nspacl FROM pg_catalog.pg_namespace n WHERE n.nspname = ANY ($1::text[])) o (what, owner, acl)
    CROSS JOIN LATERAL pg_catalog.aclexplode(o.acl) a
   WHERE a.grantor <> o.owner
)
SELECT DISTINCT n.needed_by, n.missing, n.reason, n.key, NULL::text AS catalog, NULL::text AS oid, NULL::text AS schema, NULL::text AS what FROM needed n
UNION ALL
SELECT NULL, NULL, NULL, NULL, o.classid::text, o.objid::text, coalesce(o.schema, '-'),
       -- Functions in the words of rights.sql.
       coalesce('key ' || o.key, (SELECT 'function ' || n.nspname || '.' || p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')'
                   FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
                  WHERE o.classid = 'pg_catalog.pg_proc'::regclass AND p.oid = o.objid), pg_catalog.pg_describe_object(o.classid, o.objid, 0))
  FROM (SELECT l.classid, l.objid, s.nspname::text AS schema, NULL AS key
          FROM left_out l CROSS JOIN LATERAL pg_catalog.pg_identify_object(l.classid, l.objid, 0) i JOIN namespace s ON pg_catalog.quote_ident(s.nspname) = i.schema
         WHERE l.classid NOT IN ('pg_catalog.pg_class'::regclass, 'pg_catalog.pg_constraint'::regclass)
           AND NOT EXISTS (SELECT FROM member m WHERE m.classid = l.classid AND m.objid = l.objid)
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type e ON e.typarray = t.oid
                            WHERE l.classid = 'pg_catalog.pg_type'::regclass AND t.oid = l.objid AND (t.typrelid <> 0 OR e.typrelid <> 0)
                              AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid IN (t.typrelid, e.typrelid) AND c.relkind = 'c'))
        UNION ALL
        SELECT p.classid, p.objid, pg_catalog.split_part(p.name, '.', 1), p.key
          FROM part p JOIN left_out l ON l.classid = p.classid AND l.objid = p.objid WHERE p.key IS NOT NULL) o
 ORDER BY 1, 2, 3, 8
