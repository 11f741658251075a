-- role: exec|verify|backup
-- params: none
-- returns: many
-- What stands in the registry, a line a document: counts, a digest over its rows, and who changed it last. Units a revert has
-- moved aside are a line of their own, so that a document whose only units are set aside counts as absent.
WITH piece AS (
  SELECT split_part(u.canonical_address, '/', 1) AS document,
         right(u.canonical_address, 46) = '~reverted~' || u.id::text AS set_aside,
         u.id AS unit_id, u.canonical_address AS address, v.id AS version_id,
         sha256(convert_to(u::text || coalesce(v::text, ''), 'UTF8')) AS sha,
         u.updated_at AS unit_at, u.updated_by AS unit_by,
         coalesce(v.updated_at, v.created_at) AS version_at, coalesce(v.editor, v.created_by) AS version_by
  FROM public.information_unit AS u LEFT JOIN public.unit_version AS v ON v.unit_id = u.id
)
SELECT document, set_aside,
       count(DISTINCT unit_id)::int AS units,
       count(version_id)::int AS versions,
       encode(sha256(string_agg(sha, ''::bytea ORDER BY address COLLATE "C", version_id::text COLLATE "C")), 'hex') AS content_sha,
       to_char(greatest(max(unit_at), max(version_at)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS newest_updated_at,
       CASE WHEN max(version_at) > max(unit_at) THEN (array_agg(version_by ORDER BY version_at DESC NULLS LAST, version_id))[1]
            ELSE (array_agg(unit_by ORDER BY unit_at DESC NULLS LAST, unit_id))[1]
       END AS updated_by
FROM piece
GROUP BY document, set_aside
ORDER BY document COLLATE "C", set_aside
