-- Another application in the same database, part 4: what an administrator set for it at login. Settings belong to the name of a
-- database, so a copy made with TEMPLATE does not have them: run in every copy.
DO $$
DECLARE
  setting text;
BEGIN
  FOREACH setting IN ARRAY ARRAY[
    'DateStyle = ''German, DMY''', 'IntervalStyle = ''sql_standard''', 'TimeZone = ''Asia/Ho_Chi_Minh''', 'standard_conforming_strings = off',
    'escape_string_warning = off', 'backslash_quote = on', 'quote_all_identifiers = on', 'bytea_output = ''escape''', 'extra_float_digits = 0',
    'lc_numeric = ''C''', 'xmlbinary = ''hex''', 'search_path = ''public, pg_catalog''', 'array_nulls = off',
    'transform_null_equals = on', 'default_transaction_read_only = on', 'default_transaction_isolation = ''serializable''',
    'default_transaction_deferrable = on', 'client_min_messages = ''debug1''', 'statement_timeout = ''20s''', 'check_function_bodies = on', 'cms.tenant = ''one''']
  LOOP
    EXECUTE format('ALTER DATABASE %I SET %s', current_database(), setting);
  END LOOP;
END $$;
