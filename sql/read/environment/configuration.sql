-- role: exec|verify
-- params: $1 scope jsonb
-- returns: many
-- The rows of dot_config that the write guard and the enact function obey; the scope names the beginnings of their keys.
SELECT 'dot_config' AS kind, c.key::text AS identity, c.value::text AS value
FROM public.dot_config AS c
WHERE EXISTS (SELECT FROM jsonb_array_elements_text($1::jsonb -> 'config_prefixes') AS prefix WHERE starts_with(c.key, prefix))
