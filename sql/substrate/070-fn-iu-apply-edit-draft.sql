-- The existing system, part 7: the second canonical writer. Known are its name, its marker, and that it gives a draft a
-- further version; its arguments and body are chosen.
SET LOCAL ROLE directus;

CREATE FUNCTION public.fn_iu_apply_edit_draft(p_canonical_address text, p_body text, p_actor text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_unit       public.information_unit;
  v_seq        int;
  v_version_id uuid := gen_random_uuid();
  v_marker_key text;
BEGIN
  IF p_body IS NULL OR p_body !~ '\S'  THEN RAISE EXCEPTION 'body required' USING ERRCODE = '22023'; END IF;
  IF coalesce(btrim(p_actor), '') = '' THEN RAISE EXCEPTION 'actor required' USING ERRCODE = '22023'; END IF;
  SELECT * INTO v_unit FROM public.information_unit WHERE canonical_address = p_canonical_address FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no unit at %', p_canonical_address USING ERRCODE = 'no_data_found';
  END IF;
  IF v_unit.lifecycle_status <> 'draft' THEN
    RAISE EXCEPTION 'only a draft can be edited, % is %', p_canonical_address, v_unit.lifecycle_status
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  SELECT max(version_seq) + 1 INTO v_seq FROM public.unit_version WHERE unit_id = v_unit.id;
  SELECT value INTO STRICT v_marker_key FROM public.dot_config WHERE key = 'iu_create.gateway.marker_key';
  PERFORM set_config(v_marker_key, 'fn_iu_apply_edit_draft', true);
  INSERT INTO public.unit_version (id, unit_id, body, content_hash, version_seq, created_by, editor)
  VALUES (v_version_id, v_unit.id, p_body, public.fn_content_hash(p_body), v_seq, p_actor, p_actor);
  UPDATE public.information_unit
     SET content_anchor_ref = v_version_id::text, version_anchor_ref = v_version_id, updated_by = p_actor
   WHERE id = v_unit.id;
  PERFORM set_config(v_marker_key, '', true);
  RETURN jsonb_build_object('status', 'edited', 'canonical_address', p_canonical_address, 'unit_id', v_unit.id,
    'version_id', v_version_id, 'version_seq', v_seq);
END
$$;

RESET ROLE;
