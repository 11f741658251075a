-- The existing system, part 6: the canonical writer and its plan twin. Signature, security, statuses and the order of
-- steps are facts. Chosen: the unit is inserted with both anchors already naming its version, because the preflight of
-- the real function insists on a deferrable anchor key, which only matters then. unit_version.title stays NULL, as it is
-- for the sixty Constitution units; the title lives in identity_profile.
SET LOCAL ROLE directus;

CREATE FUNCTION public.fn_iu_create(
  p_canonical_address text, p_title text, p_body text, p_actor text,
  p_unit_kind text DEFAULT NULL, p_section_type text DEFAULT NULL, p_owner_ref text DEFAULT NULL,
  p_publication_type text DEFAULT NULL, p_parent_ref uuid DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_kind       text;
  v_section    text;
  v_owner      text;
  v_profile    jsonb;
  v_found      jsonb;
  v_marker_key text;
  v_unit_id    uuid := gen_random_uuid();
  v_version_id uuid := gen_random_uuid();
  v_hash       text;
  v_check      jsonb;
BEGIN
  IF coalesce(btrim(p_canonical_address), '') = '' THEN RAISE EXCEPTION 'canonical_address required' USING ERRCODE = '22023'; END IF;
  IF coalesce(btrim(p_title), '') = ''             THEN RAISE EXCEPTION 'title required' USING ERRCODE = '22023'; END IF;
  IF p_body IS NULL OR p_body !~ '\S'              THEN RAISE EXCEPTION 'body required' USING ERRCODE = '22023'; END IF;
  IF coalesce(btrim(p_actor), '') = ''             THEN RAISE EXCEPTION 'actor required' USING ERRCODE = '22023'; END IF;

  PERFORM public.fn_iu_create_preflight();
  v_kind    := public.fn_iu_resolve_default('unit_kind', p_unit_kind);
  v_section := public.fn_iu_resolve_default('section_type', p_section_type);
  v_owner   := coalesce(nullif(btrim(p_owner_ref), ''), p_actor);

  PERFORM pg_advisory_xact_lock(hashtextextended(p_canonical_address, 0));
  v_found := public.fn_iu_classify_existing(p_canonical_address);
  IF v_found ->> 'status' <> 'absent' THEN
    RETURN v_found || jsonb_build_object('canonical_address', p_canonical_address);
  END IF;
  IF p_parent_ref IS NOT NULL AND NOT EXISTS (SELECT FROM public.information_unit WHERE id = p_parent_ref) THEN
    RAISE EXCEPTION 'parent_ref names no unit' USING ERRCODE = 'foreign_key_violation';
  END IF;

  v_hash    := public.fn_content_hash(p_body);
  v_profile := jsonb_strip_nulls(jsonb_build_object(
    'title', p_title, 'owner_lookup_ref', v_owner, 'primary_section_type_ref', v_section,
    'publication_type_ref', nullif(btrim(p_publication_type), ''), 'publication_authority_ref', v_owner));
  SELECT value INTO STRICT v_marker_key FROM public.dot_config WHERE key = 'iu_create.gateway.marker_key';
  PERFORM set_config(v_marker_key, 'fn_iu_create', true);

  INSERT INTO public.information_unit (id, canonical_address, unit_kind, content_anchor_ref, version_anchor_ref, owner_ref,
    parent_or_container_ref, identity_profile, created_by, updated_by, doc_code, section_type, section_code)
  VALUES (v_unit_id, p_canonical_address, v_kind, v_version_id::text, v_version_id, v_owner, p_parent_ref, v_profile,
    p_actor, p_actor, split_part(p_canonical_address, '/', 1), v_section,
    nullif(substr(p_canonical_address, strpos(p_canonical_address || '/', '/') + 1), ''));
  INSERT INTO public.unit_version (id, unit_id, body, content_hash, version_seq, created_by)
  VALUES (v_version_id, v_unit_id, p_body, v_hash, 1, p_actor);

  PERFORM set_config(v_marker_key, '', true);
  v_check := public.fn_iu_verify_invariants(v_unit_id);
  IF NOT (v_check ->> 'ok')::boolean THEN
    RAISE EXCEPTION 'invariants of % broken: %', p_canonical_address, v_check ->> 'failed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN jsonb_build_object('status', 'created', 'canonical_address', p_canonical_address, 'unit_id', v_unit_id,
    'version_id', v_version_id, 'version_seq', 1, 'content_hash', v_hash, 'lifecycle_status', 'draft',
    'unit_kind', v_kind, 'section_type', v_section);
END
$$;

-- The same arguments, nothing written: status `plan_ok`, or the exists_* word fn_iu_create would answer. Bad input raises.
CREATE FUNCTION public.fn_iu_create_plan(
  p_canonical_address text, p_title text, p_body text, p_actor text,
  p_unit_kind text DEFAULT NULL, p_section_type text DEFAULT NULL, p_owner_ref text DEFAULT NULL,
  p_publication_type text DEFAULT NULL, p_parent_ref uuid DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_found jsonb;
BEGIN
  IF coalesce(btrim(p_canonical_address), '') = '' THEN RAISE EXCEPTION 'canonical_address required' USING ERRCODE = '22023'; END IF;
  IF coalesce(btrim(p_title), '') = ''             THEN RAISE EXCEPTION 'title required' USING ERRCODE = '22023'; END IF;
  IF p_body IS NULL OR p_body !~ '\S'              THEN RAISE EXCEPTION 'body required' USING ERRCODE = '22023'; END IF;
  IF coalesce(btrim(p_actor), '') = ''             THEN RAISE EXCEPTION 'actor required' USING ERRCODE = '22023'; END IF;
  PERFORM public.fn_iu_create_preflight();
  IF p_parent_ref IS NOT NULL AND NOT EXISTS (SELECT FROM public.information_unit WHERE id = p_parent_ref) THEN
    RAISE EXCEPTION 'parent_ref names no unit' USING ERRCODE = 'foreign_key_violation';
  END IF;
  v_found := public.fn_iu_classify_existing(p_canonical_address);
  IF v_found ->> 'status' <> 'absent' THEN
    RETURN v_found || jsonb_build_object('canonical_address', p_canonical_address);
  END IF;
  RETURN jsonb_build_object('status', 'plan_ok', 'canonical_address', p_canonical_address,
    'unit_kind', public.fn_iu_resolve_default('unit_kind', p_unit_kind),
    'section_type', public.fn_iu_resolve_default('section_type', p_section_type),
    'owner_ref', coalesce(nullif(btrim(p_owner_ref), ''), p_actor),
    'content_hash', public.fn_content_hash(p_body));
END
$$;

RESET ROLE;
