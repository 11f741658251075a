-- role: exec|verify
-- params: $1 scope jsonb
-- returns: one
-- One digest of what the facts of the environment are made of: number and writer of every row of the catalogs that sql/read/environment/
-- reads or renders from, of dot_config, and by value what no role may see the rows of. Equal twice: nothing was written between,
-- so the facts are the same. Unequal: something was, of ours or not, and the facts have to be read again.
SELECT encode(sha256(string_agg(sha256(coalesce(part.rows, '')), ''::bytea ORDER BY part.place)), 'hex') AS version
FROM (VALUES
  (1, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_proc)),
  (2, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_class)),
  (3, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_attribute)),
  (4, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_attrdef)),
  (5, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_constraint)),
  (6, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_index)),
  (7, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_trigger)),
  (8, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_event_trigger)),
  (9, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_rewrite)),
  (10, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_policy)),
  (11, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_type)),
  (12, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_enum)),
  (13, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_cast)),
  (14, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_operator)),
  (15, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_opclass)),
  (16, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_collation)),
  (17, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_namespace)),
  (18, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_language)),
  (19, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_depend)),
  (20, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_default_acl)),
  (21, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_inherits)),
  (22, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_am)),
  (23, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_extension)),
  (24, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_foreign_server)),
  (25, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_foreign_data_wrapper)),
  (26, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_publication)),
  (27, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_database WHERE datname = current_database())),
  (28, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_db_role_setting)),
  (29, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_auth_members)),
  (30, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_parameter_acl)),
  (31, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_ts_config)),
  (32, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM pg_ts_dict)),
  (33, (SELECT string_agg(tidsend(ctid) || xidsend(xmin), ''::bytea) FROM public.dot_config)),
  (34, (SELECT convert_to(string_agg(r::text, ' ' ORDER BY r.oid), 'UTF8') FROM pg_roles AS r)),
  (35, (SELECT convert_to(string_agg(concat_ws(' ', s.oid, s.subdbid, s.subname, s.subowner, s.subenabled), ' ' ORDER BY s.oid), 'UTF8') FROM pg_subscription AS s)),
  (36, (SELECT convert_to(string_agg(concat_ws(' ', name, current_setting(name, true)), ' ' ORDER BY name), 'UTF8')
          FROM jsonb_array_elements_text($1::jsonb -> 'settings') AS name)),
  -- What only a restart or a promotion changes: libraries loaded at the start, system identifier, timeline.
  (37, convert_to(concat_ws(' ', pg_postmaster_start_time(), pg_is_in_recovery(), current_database(), current_setting('search_path')), 'UTF8'))
) AS part(place, rows)
