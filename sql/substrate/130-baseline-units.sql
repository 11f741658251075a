-- The existing system, part 13: 158 units and 165 versions, born through the canonical writers. Texts are generated
-- placeholders; addresses and numbers of the Constitution are facts as far as known.

SELECT public.fn_iu_create(
         'ICX-CONST/' || code, 'Hiến pháp ' || code,
         format(E'Nội dung minh hoạ của %s trong Hiến pháp.\n\nĐoạn thứ hai, không có giá trị pháp lý.', code),
         'cutter_exec/DOT-991/constitution-cut', 'law_unit', section_type, 'incomex-council', 'law')
  FROM (SELECT 'NT-' || n, 'principle', n FROM generate_series(1, 15) AS n
        UNION ALL
        SELECT 'KT-' || letter, 'section', 100 + ascii(letter) FROM unnest(ARRAY['A', 'B', 'C']) AS letter
        UNION ALL
        -- 37 numbers of 0..43 and five named articles make the 42; which seven numbers are skipped is chosen
        SELECT 'DIEU-' || n, 'article', 200 + n FROM generate_series(0, 43) AS n WHERE n NOT IN (28, 32, 35, 36, 37, 38, 39)
        UNION ALL
        SELECT 'DIEU-' || name, 'article', 300 + ord
          FROM unnest(ARRAY['0-B', '0-G', '0-H', '0-S-M-L', 'TERMINOLOGY']) WITH ORDINALITY AS named(name, ord)
       ) AS unit(code, section_type, ord)
 ORDER BY ord;

-- 98 other drafts. The first unit of each document is the parent of the rest.
SELECT public.fn_iu_create(
         format('%s/P-1', prefix), format('%s phần 1', prefix), format('Phần mở đầu của %s.', prefix),
         'seed/' || lower(prefix), 'law_unit', 'section', 'incomex-council', 'law')
  FROM unnest(ARRAY['DIEU-28', 'DIEU-32', 'DIEU-35', 'PILOT', 'TEST']) AS prefix;
SELECT public.fn_iu_create(
         format('%s/P-%s', prefix, n), format('%s phần %s', prefix, n),
         format(E'Khoản %s của %s: văn bản dự thảo dùng để thử.\n- mục a\n- mục b', n, prefix),
         'seed/' || lower(prefix), 'law_unit', 'paragraph', 'incomex-council', 'law',
         (SELECT id FROM public.information_unit WHERE canonical_address = prefix || '/P-1'))
  FROM (VALUES ('DIEU-28', 27), ('DIEU-32', 23), ('DIEU-35', 36), ('PILOT', 8), ('TEST', 4)) AS document(prefix, units),
       generate_series(2, units) AS n
 ORDER BY prefix, n;

-- Seven drafts were edited once.
SELECT public.fn_iu_apply_edit_draft(canonical_address, body || E'\n\nĐã sửa một lần.', 'seed/editor')
  FROM public.information_unit u JOIN public.unit_version v ON v.id = u.version_anchor_ref
 WHERE canonical_address IN ('DIEU-28/P-3', 'DIEU-28/P-4', 'DIEU-32/P-2', 'DIEU-35/P-5', 'DIEU-35/P-6', 'PILOT/P-2', 'TEST/P-2');
