-- role: admin
-- prepare: no
-- params: $1 look int
-- returns: many
-- By table: rows of look 0 that are gone or changed in this look (with one of them), and rows that are new in it.
SELECT coalesce(b.name, a.name) AS "table",
       (count(*) FILTER (WHERE a.name IS NULL))::int AS lost,
       (count(*) FILTER (WHERE b.name IS NULL))::int AS added,
       min(b.row_key) FILTER (WHERE a.name IS NULL) AS first_lost
  FROM (SELECT * FROM pg_temp.looked_at WHERE look = 0) b
  FULL JOIN (SELECT * FROM pg_temp.looked_at WHERE look = $1::int) a ON a.name = b.name AND a.row_sha = b.row_sha
 WHERE a.name IS NULL OR b.name IS NULL
 GROUP BY 1
 ORDER BY 1
