-- The existing system, part 5: the helpers of fn_iu_create. Their names are facts, their bodies are chosen.
SET LOCAL ROLE directus;

CREATE FUNCTION public.fn_content_hash(p_body text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  RETURN pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(p_body, 'UTF8')), 'hex');
END
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
  -- As text: compared as names, a cached plan looks each of the nine up for itself, which was a quarter of what a new unit costs.
  SELECT count(*) INTO v_columns FROM pg_attribute
   WHERE attrelid = v_unit AND attnum > 0 AND NOT attisdropped
     AND attname::text IN ('canonical_address', 'unit_kind', 'owner_ref', 'identity_profile', 'content_anchor_ref',
                     'version_anchor_ref', 'doc_code', 'section_type', 'section_code');
  SELECT count(*) INTO v_triggers FROM pg_trigger
   WHERE tgrelid = v_unit AND tgenabled <> 'D'
     AND tgname IN ('trg_aa_iu_gateway_write_guard', 'trg_iu_birth_gate_layer1', 'trg_iu_birth_gate_layer2');
  SELECT bool_or(condeferrable) FILTER (WHERE conname = 'fk_iu_version_anchor'),
         array_agg(conname::text) FILTER (WHERE contype = 'u' AND conkey = ARRAY[
           (SELECT attnum FROM pg_attribute WHERE attrelid = v_unit AND attname = 'canonical_address')])
    INTO v_deferrable, v_names
    FROM pg_constraint WHERE conrelid = v_unit;
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
  v_unit    public.information_unit;
  v_version public.unit_version;
  v_failed  text[];
BEGIN
  SELECT * INTO v_unit FROM public.information_unit WHERE id = p_unit_id;
  IF NOT FOUND THEN
    RETURN jsonb_build_object('ok', false, 'failed', jsonb_build_array('unit_exists'));
  END IF;
  SELECT * INTO v_version FROM public.unit_version WHERE id = v_unit.version_anchor_ref;
  v_failed := array_remove(ARRAY[
    CASE WHEN v_version.unit_id IS DISTINCT FROM v_unit.id THEN 'version_anchored' END,
    CASE WHEN v_unit.content_anchor_ref IS DISTINCT FROM v_version.id::text THEN 'anchors_equal' END,
    CASE WHEN v_version.content_hash IS DISTINCT FROM public.fn_content_hash(v_version.body) THEN 'content_hash' END,
    CASE WHEN v_unit.lifecycle_status IS DISTINCT FROM v_version.lifecycle_status THEN 'status_in_step' END,
    CASE WHEN v_unit.section_type IS DISTINCT FROM v_unit.identity_profile ->> 'primary_section_type_ref' THEN 'section_type' END,
    CASE WHEN coalesce(v_unit.identity_profile ->> 'title', '') = '' THEN 'title' END,
    CASE WHEN NOT EXISTS (SELECT FROM public.birth_registry WHERE unit_id = p_unit_id) THEN 'birth_registered' END], NULL);
  RETURN jsonb_build_object('ok', cardinality(v_failed) = 0, 'failed', to_jsonb(v_failed));
END
$$;

RESET ROLE;
