-- The existing system, part 5: the helpers of fn_iu_create. Their names are facts, their bodies are chosen.
SET LOCAL ROLE directus;

CREATE FUNCTION public.fn_content_hash(p_body text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, public AS $$
  SELECT encode(sha256(convert_to(p_body, 'UTF8')), 'hex')
$$;

-- Explicit value, else the policy default of the field ('unit_kind', 'section_type'), else a refusal.
CREATE FUNCTION public.fn_iu_resolve_default(p_field text, p_given text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  v_value text := nullif(btrim(p_given), '');
BEGIN
  IF v_value IS NULL THEN
    SELECT value INTO v_value FROM public.dot_config WHERE key = 'iu_create.default.' || p_field;
  END IF;
  IF v_value IS NULL THEN
    RAISE EXCEPTION '% required: no default configured', p_field USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN v_value;
END
$$;

-- Does the database still have the shape fn_iu_create relies on? Returns the name of the one unique constraint on the
-- address; anything else raises.
CREATE FUNCTION public.fn_iu_create_preflight() RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  v_unit       oid := 'public.information_unit'::regclass;
  v_columns    int;
  v_deferrable boolean;
  v_triggers   int;
  v_names      text[];
BEGIN
  SELECT count(*) INTO v_columns FROM pg_attribute
   WHERE attrelid = v_unit AND NOT attisdropped
     AND attname IN ('canonical_address', 'unit_kind', 'owner_ref', 'identity_profile', 'content_anchor_ref',
                     'version_anchor_ref', 'doc_code', 'section_type', 'section_code');
  SELECT condeferrable INTO v_deferrable FROM pg_constraint WHERE conrelid = v_unit AND conname = 'fk_iu_version_anchor';
  SELECT count(*) INTO v_triggers FROM pg_trigger
   WHERE tgrelid = v_unit AND tgenabled <> 'D'
     AND tgname IN ('trg_aa_iu_gateway_write_guard', 'trg_iu_birth_gate_layer1', 'trg_iu_birth_gate_layer2');
  SELECT array_agg(c.conname::text) INTO v_names
    FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attname = 'canonical_address'
   WHERE c.conrelid = v_unit AND c.contype = 'u' AND c.conkey = ARRAY[a.attnum];
  IF v_columns <> 9 OR v_deferrable IS NOT TRUE OR v_triggers <> 3 OR coalesce(cardinality(v_names), 0) <> 1 THEN
    RAISE EXCEPTION 'preflight: columns %/9, anchor deferrable %, triggers %/3, unique constraints on the address %/1',
      v_columns, coalesce(v_deferrable, false), v_triggers, coalesce(cardinality(v_names), 0)
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  RETURN v_names[1];
END
$$;

-- What stands at an address: {status, unit_id, version_id}; status `absent` or one of the exists_* words.
CREATE FUNCTION public.fn_iu_classify_existing(p_canonical_address text) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  v_unit     public.information_unit;
  v_versions int;
  v_hashes   int;
  v_status   text;
BEGIN
  SELECT * INTO v_unit FROM public.information_unit WHERE canonical_address = p_canonical_address;
  IF NOT FOUND THEN
    RETURN jsonb_build_object('status', 'absent');
  END IF;
  SELECT count(*), count(DISTINCT content_hash) INTO v_versions, v_hashes
    FROM public.unit_version WHERE unit_id = v_unit.id;
  v_status := CASE
    WHEN v_unit.deleted_at IS NOT NULL
      OR NOT EXISTS (SELECT FROM public.iu_lifecycle_vocab WHERE code = v_unit.lifecycle_status) THEN 'exists_unknown_state'
    WHEN v_versions = 0 THEN 'exists_missing_version'
    WHEN v_unit.version_anchor_ref IS NULL OR v_unit.content_anchor_ref IS DISTINCT FROM v_unit.version_anchor_ref::text
      OR NOT EXISTS (SELECT FROM public.unit_version WHERE id = v_unit.version_anchor_ref AND unit_id = v_unit.id)
      THEN 'exists_anchor_invalid'
    WHEN v_versions <> v_hashes THEN 'exists_duplicate_version'
    WHEN NOT EXISTS (SELECT FROM public.birth_registry WHERE unit_id = v_unit.id) THEN 'exists_missing_birth'
    ELSE 'exists_complete'
  END;
  RETURN jsonb_build_object('status', v_status, 'unit_id', v_unit.id, 'version_id', v_unit.version_anchor_ref);
END
$$;

-- The invariants of a complete unit; returns {ok, failed: [names]}.
CREATE FUNCTION public.fn_iu_verify_invariants(p_unit_id uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  v_failed jsonb;
BEGIN
  SELECT coalesce(jsonb_agg(name ORDER BY name) FILTER (WHERE NOT coalesce(holds, false)), '[]') INTO v_failed
    FROM (SELECT 1) AS always
    LEFT JOIN public.information_unit u ON u.id = p_unit_id
    LEFT JOIN public.unit_version v ON v.id = u.version_anchor_ref
    CROSS JOIN LATERAL (VALUES
      ('unit_exists',       u.id IS NOT NULL),
      ('version_anchored',  v.unit_id = u.id),
      ('anchors_equal',     u.content_anchor_ref = v.id::text),
      ('content_hash',      v.content_hash = public.fn_content_hash(v.body)),
      ('status_in_step',    u.lifecycle_status = v.lifecycle_status),
      ('section_type',      u.section_type = u.identity_profile ->> 'primary_section_type_ref'),
      ('title',             coalesce(u.identity_profile ->> 'title', '') <> ''),
      ('birth_registered',  EXISTS (SELECT FROM public.birth_registry b WHERE b.unit_id = p_unit_id))) AS i(name, holds);
  RETURN jsonb_build_object('ok', v_failed = '[]'::jsonb, 'failed', v_failed);
END
$$;

RESET ROLE;
