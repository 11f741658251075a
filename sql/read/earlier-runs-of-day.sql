-- role: exec
-- params: $1 run_id text
-- returns: one
-- How many runs of the same document opened earlier on the same UTC day; the report folder of a second one carries the minute,
-- and of another one in the same minute the end of its run id.
SELECT pg_catalog.count(*)::int AS earlier,
       (pg_catalog.count(*) FILTER (WHERE pg_catalog.date_trunc('minute', other.opened) = pg_catalog.date_trunc('minute', me.opened)))::int AS same_minute
  FROM cutter_runtime.run me
  JOIN cutter_runtime.run other ON other.document_id = me.document_id AND other.opened < me.opened
   AND (other.opened AT TIME ZONE 'UTC')::date = (me.opened AT TIME ZONE 'UTC')::date
 WHERE me.run_id = $1
