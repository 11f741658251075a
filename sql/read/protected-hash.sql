-- role: exec|verify|backup
-- params: $1 prefixes text[]
-- returns: one
-- One digest over every unit and version of the protected documents (exact names, or a name ending in * for all that begin so);
-- row text depends on TimeZone, therefore the answer names the one it was read under.
WITH prefix AS (
  SELECT p AS name, rtrim(p, '*') AS stem, p LIKE '%*' AS open FROM unnest($1::text[]) AS given(p)
), unit AS (
  SELECT u.canonical_address AS address, u.id, u::text AS row
  FROM public.information_unit AS u
  WHERE EXISTS (
    SELECT FROM prefix
    WHERE CASE WHEN open THEN starts_with(split_part(u.canonical_address, '/', 1), stem)
               ELSE split_part(u.canonical_address, '/', 1) = name END
  )
), piece AS (
  SELECT unit.id AS unit_id, unit.address, v.id AS version_id, sha256(convert_to(unit.row || coalesce(v::text, ''), 'UTF8')) AS sha
  FROM unit LEFT JOIN public.unit_version AS v ON v.unit_id = unit.id
)
SELECT encode(sha256(coalesce(string_agg(sha, ''::bytea ORDER BY address COLLATE "C", version_id::text COLLATE "C"), ''::bytea)), 'hex') AS protected_hash,
       count(DISTINCT unit_id)::int AS units,
       count(version_id)::int AS versions,
       current_setting('TimeZone') AS time_zone
FROM piece
