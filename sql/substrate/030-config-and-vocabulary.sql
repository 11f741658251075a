-- The existing system, part 3: policy keys and vocabularies.
-- Known: nine keys under iu_create.gateway., eight under iu_enact., the names mode, marker_key and allowed_marker_values,
-- the vocabulary prefixes and the thirteen section types. The other key names are chosen.
SET LOCAL ROLE directus;

INSERT INTO public.dot_config (key, value) VALUES
  ('iu_create.gateway.mode',                  'enforced'),
  ('iu_create.gateway.marker_key',            'app.canonical_writer'),
  ('iu_create.gateway.allowed_marker_values', 'fn_iu_create,fn_iu_apply_edit_draft,fn_iu_enact'),
  ('iu_create.gateway.guarded_tables',        'information_unit,unit_version'),
  ('iu_create.gateway.guarded_operations',    'INSERT,UPDATE'),
  ('iu_create.gateway.enforced_since',        '2026-05-06'),
  ('iu_create.gateway.policy_owner',          'directus'),
  ('iu_create.gateway.policy_version',        '1'),
  ('iu_create.gateway.refusal_hint',          'write through fn_iu_create, fn_iu_apply_edit_draft or fn_iu_enact'),
  ('iu_create.default.unit_kind',             'law_unit'),
  ('iu_create.default.section_type',          'section'),
  ('iu_enact.mode',                           'enforced'),
  ('iu_enact.marker_value',                   'fn_iu_enact'),
  ('iu_enact.allowed_transitions',            'draft>enacted'),
  ('iu_enact.accepted_review_statuses',       'decided'),
  ('iu_enact.accepted_review_verdicts',       'approve'),
  ('iu_enact.vocab_check',                    'soft'),
  ('iu_enact.publication_check',              'warn'),
  ('iu_enact.policy_version',                 '1'),
  ('vocab.unit_kind.law_unit',                'active'),
  ('vocab.publication_type.law',              'active');

INSERT INTO public.dot_config (key, value)
SELECT 'vocab.section_type.' || code, 'active'
  FROM unnest(ARRAY['appendix', 'article', 'changelog', 'checklist', 'definition', 'governance_process', 'heading',
                    'instruction_block', 'paragraph', 'principle', 'process', 'section', 'technical_spec']) AS code;

INSERT INTO public.iu_lifecycle_vocab (code, name, description, sort_order, is_final) VALUES
  ('draft',      'Dự thảo',      'born, not in force',               1, false),
  ('enacted',    'Ban hành',     'in force; its text cannot change', 2, false),
  ('superseded', 'Bị thay thế',  'replaced by a later unit',         3, true),
  ('retired',    'Hết hiệu lực', 'no longer in force',               4, true);

RESET ROLE;
