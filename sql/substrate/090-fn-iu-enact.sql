-- The existing system, part 9: enactment. Signature, security, marker, the hard need of a review decision, its own dry
-- run, the repeated invariants and the log row are facts; the status words of the answer are chosen (`enacted`,
-- `already_enacted`, `dry_run_ok`); every refusal raises.
SET LOCAL ROLE directus;

CREATE FUNCTION public.fn_iu_enact(
  p_canonical_address text, p_actor text, p_review_decision_id uuid, p_target_lifecycle text DEFAULT 'enacted',
  p_change_set_id uuid DEFAULT NULL, p_reason text DEFAULT NULL, p_tool_revision text DEFAULT NULL,
  p_dry_run boolean DEFAULT false) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_unit       public.information_unit;
  v_status     text;
  v_verdict    text;
  v_superseded uuid;
  v_check      jsonb;
  v_policy     jsonb;
  v_answer     jsonb;
BEGIN
  IF coalesce(btrim(p_canonical_address), '') = '' THEN RAISE EXCEPTION 'canonical_address required' USING ERRCODE = '22023'; END IF;
  IF coalesce(btrim(p_actor), '') = ''             THEN RAISE EXCEPTION 'actor required' USING ERRCODE = '22023'; END IF;
  IF p_review_decision_id IS NULL                  THEN RAISE EXCEPTION 'review_decision_id required' USING ERRCODE = '22023'; END IF;

  SELECT jsonb_object_agg(key, value) INTO v_policy FROM public.dot_config
   WHERE key IN ('iu_enact.marker_value', 'iu_enact.allowed_transitions', 'iu_enact.accepted_review_statuses',
                 'iu_enact.accepted_review_verdicts', 'iu_create.gateway.marker_key');

  -- OQ-2 is a soft check: an unknown word warns here, the transition rule below refuses it.
  IF NOT EXISTS (SELECT FROM public.iu_lifecycle_vocab WHERE code = p_target_lifecycle) THEN
    RAISE WARNING 'lifecycle word "%" not in vocabulary', p_target_lifecycle;
  END IF;
  SELECT * INTO v_unit FROM public.information_unit WHERE canonical_address = p_canonical_address FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no unit at %', p_canonical_address USING ERRCODE = 'no_data_found';
  END IF;

  SELECT status, verdict, superseded_by_review_decision_id INTO v_status, v_verdict, v_superseded
    FROM cutter_governance.review_decision WHERE review_decision_id = p_review_decision_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'review_decision % does not exist', p_review_decision_id USING ERRCODE = 'foreign_key_violation';
  END IF;
  IF v_superseded IS NOT NULL
     OR v_status <> ALL (string_to_array(v_policy ->> 'iu_enact.accepted_review_statuses', ','))
     OR v_verdict <> ALL (string_to_array(v_policy ->> 'iu_enact.accepted_review_verdicts', ',')) THEN
    RAISE EXCEPTION 'review_decision % does not approve: status %, verdict %', p_review_decision_id, v_status, v_verdict
      USING ERRCODE = 'check_violation';
  END IF;
  IF p_change_set_id IS NOT NULL
     AND NOT EXISTS (SELECT FROM cutter_governance.cut_change_set WHERE change_set_id = p_change_set_id) THEN
    RAISE EXCEPTION 'change_set % does not exist', p_change_set_id USING ERRCODE = 'foreign_key_violation';
  END IF;

  v_answer := jsonb_build_object('canonical_address', p_canonical_address, 'unit_id', v_unit.id,
    'version_id', v_unit.version_anchor_ref, 'from_status', v_unit.lifecycle_status, 'to_status', p_target_lifecycle);
  IF v_unit.lifecycle_status = p_target_lifecycle THEN
    RETURN v_answer || jsonb_build_object('status', 'already_' || p_target_lifecycle);
  END IF;
  IF (v_unit.lifecycle_status || '>' || p_target_lifecycle)
     <> ALL (string_to_array(v_policy ->> 'iu_enact.allowed_transitions', ',')) THEN
    RAISE EXCEPTION 'transition % to % not allowed for %', v_unit.lifecycle_status, p_target_lifecycle, p_canonical_address
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  v_check := public.fn_iu_verify_invariants(v_unit.id);
  IF NOT (v_check ->> 'ok')::boolean THEN
    RAISE EXCEPTION 'invariants of % broken: %', p_canonical_address, v_check ->> 'failed' USING ERRCODE = 'check_violation';
  END IF;
  IF v_unit.identity_profile ->> 'publication_type_ref' IS NULL THEN
    RAISE WARNING 'publication_type_ref of % missing', p_canonical_address;
  END IF;
  IF p_dry_run THEN
    RETURN v_answer || jsonb_build_object('status', 'dry_run_ok');
  END IF;

  PERFORM set_config(v_policy ->> 'iu_create.gateway.marker_key', v_policy ->> 'iu_enact.marker_value', true);
  UPDATE public.information_unit SET lifecycle_status = p_target_lifecycle, updated_by = p_actor WHERE id = v_unit.id;
  UPDATE public.unit_version SET lifecycle_status = p_target_lifecycle, enacted_at = now(), updated_at = now()
   WHERE id = v_unit.version_anchor_ref;
  INSERT INTO public.iu_lifecycle_log (unit_id, version_id, canonical_address, from_status, to_status, actor,
    review_decision_id, change_set_id, reason, tool_revision)
  VALUES (v_unit.id, v_unit.version_anchor_ref, p_canonical_address, v_unit.lifecycle_status, p_target_lifecycle, p_actor,
    p_review_decision_id, p_change_set_id, p_reason, p_tool_revision);
  PERFORM set_config(v_policy ->> 'iu_create.gateway.marker_key', '', true);
  RETURN v_answer || jsonb_build_object('status', p_target_lifecycle);
END
$$;

RESET ROLE;
