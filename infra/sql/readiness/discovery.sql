-- role: admin
-- params: none
-- returns: one
-- What the reader of the existing system sees of the units, and whether it could write any: asked after the session became that role.
SELECT jsonb_build_object('look', 'discovery', 'role', current_user,
         'units', (SELECT count(*) FROM public.information_unit),
         'versions', (SELECT count(*) FROM public.unit_version),
         'enacted', (SELECT count(*) FROM public.information_unit WHERE lifecycle_status = 'enacted'),
         'writes', has_table_privilege('public.information_unit', 'INSERT, UPDATE, DELETE, TRUNCATE'),
         'ledger', has_schema_privilege('cutter_governance', 'USAGE'))
