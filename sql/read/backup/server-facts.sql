-- role: backup
-- params: none
-- returns: one
-- What the tools and the scratch server must match: version, encoding, locale, and the clock that decides whether a key is valid.
SELECT pg_catalog.current_setting('server_version_num')::int AS version_num,
       pg_catalog.current_setting('server_version') AS version,
       pg_catalog.pg_encoding_to_char(d.encoding)::text AS encoding,
       d.datcollate::text AS lc_collate,
       d.datctype::text AS lc_ctype,
       pg_catalog.clock_timestamp() AS now
  FROM pg_catalog.pg_database d
 WHERE d.datname = pg_catalog.current_database()
