-- role: backup
-- params: $1 schemas text[]
-- returns: many
-- Extensions with members in the dumped schemas; one that is not trusted cannot be restored without a superuser.
SELECT DISTINCT e.extname::text AS extension, coalesce(v.trusted, false) AS trusted
  FROM pg_catalog.pg_extension e
  JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
  LEFT JOIN pg_catalog.pg_available_extension_versions v ON v.name = e.extname AND v.version = e.extversion
 WHERE n.nspname = ANY ($1::text[])
 ORDER BY 1
