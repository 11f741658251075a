-- role: admin
-- params: none
-- returns: one
-- Whether the login is a superuser, and which of the roles that packages and discovery act as it may not become. From PostgreSQL 16 on
-- a membership may say that its member does not become the role (SET FALSE).
SELECT jsonb_build_object('look', 'acting', 'login', session_user, 'superuser', bool_or(me.rolsuper),
         'options', current_setting('server_version_num')::int >= 160000,
         'barred', coalesce(jsonb_agg(r.rolname ORDER BY r.rolname) FILTER (
           WHERE NOT pg_has_role(session_user, r.oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)), '[]'))
  FROM pg_roles me CROSS JOIN pg_roles r
 WHERE me.rolname = session_user AND r.rolname IN ('directus', 'cutter_owner', 'context_pack_readonly')
