-- role: admin
-- params: none
-- returns: none
-- The way back of a written, not enacted run: its drafts get a soft status and leave their addresses; nothing is deleted.
DO $$
BEGIN
  IF to_regclass('cutter_runtime.planned_unit') IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_PRECHECK_FAILED', DETAIL = jsonb_build_object(
      'saw', 'no schema cutter_runtime', 'wanted', 'package runtime applied first')::text;
  END IF;
END $$;

SET LOCAL ROLE directus;
-- Compare and set: another list than the known one means somebody else changed the policy, and is not ours to overwrite.
DO $$
BEGIN
  UPDATE public.dot_config SET value = 'fn_iu_create,fn_iu_apply_edit_draft,fn_iu_enact,fn_iu_revert_run'
   WHERE key = 'iu_create.gateway.allowed_marker_values' AND value = 'fn_iu_create,fn_iu_apply_edit_draft,fn_iu_enact';
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_PRECHECK_FAILED', DETAIL = jsonb_build_object(
      'saw', 'other markers are allowed than the three known ones', 'wanted', 'fn_iu_create,fn_iu_apply_edit_draft,fn_iu_enact')::text;
  END IF;
END $$;

-- Only inside this run's effect `revert` and in the words of its order; only drafts that stand at a planned address and were born in its leg A: created_at is
-- now() by default, the very moment at which leg A's transaction began. What a colleague makes while that is open has another one.
-- Answer: {status: reverted, soft_status, units, versions, edited}; edited counts drafts whose text is no longer the planned one.
CREATE FUNCTION public.fn_iu_revert_run(p_run_id text, p_actor text, p_reason text, p_soft_status text DEFAULT 'superseded') RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  v_marker_key text := (SELECT c.value FROM public.dot_config c WHERE c.key = 'iu_create.gateway.marker_key');
  v_planned bigint;
  v_own uuid[];
  v_drafts bigint;
  v_edited bigint;
  v_versions bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM cutter_runtime.lease l
                  WHERE l.run_id = p_run_id AND l.effect_phase = 'revert' AND l.effect_xid = pg_current_xact_id_if_assigned()) THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_EXECUTION_NOT_AUTHORIZED', DETAIL = jsonb_build_object(
      'saw', 'no effect revert of this run in this transaction', 'wanted', 'begin_effect for revert first')::text;
  ELSIF NOT EXISTS (SELECT FROM (SELECT * FROM cutter_runtime.revert_order w WHERE w.run_id = p_run_id ORDER BY w.order_id DESC LIMIT 1) o
                     WHERE (o.actor, o.reason, o.soft_status) = (p_actor, p_reason, p_soft_status)) THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_EXECUTION_NOT_AUTHORIZED', DETAIL = jsonb_build_object(
      'saw', 'a revert with other words than its order', 'wanted', 'actor, reason and status of the newest order of this run')::text;
  ELSIF coalesce(btrim(p_actor), '') = '' OR coalesce(btrim(p_reason), '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_REFUSED_INPUT', DETAIL = jsonb_build_object(
      'saw', 'no actor or no reason', 'wanted', 'both in words')::text;
  ELSIF p_soft_status IN ('draft', 'enacted') OR NOT EXISTS (SELECT FROM public.iu_lifecycle_vocab w WHERE w.code = p_soft_status) THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_REFUSED_INPUT', DETAIL = jsonb_build_object(
      'saw', 'soft status ' || coalesce(p_soft_status, 'missing'), 'wanted', 'a word of iu_lifecycle_vocab that is neither draft nor enacted')::text;
  END IF;

  SELECT count(*) INTO v_planned FROM cutter_runtime.planned_unit p WHERE p.run_id = p_run_id;
  SELECT array_agg(own.id), count(*) FILTER (WHERE own.lifecycle_status = 'draft') INTO v_own, v_drafts
    FROM (SELECT u.id, u.lifecycle_status
            FROM cutter_runtime.planned_unit p
            JOIN public.information_unit u ON u.canonical_address = p.canonical_address
            JOIN cutter_runtime.phase_done d ON d.run_id = p.run_id AND d.phase = 'cut_leg_a' AND u.created_at = d.began
           WHERE p.run_id = p_run_id
             FOR UPDATE OF u) AS own;
  IF coalesce(cardinality(v_own), 0) <> v_planned THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_TORN', DETAIL = jsonb_build_object(
      'saw', coalesce(cardinality(v_own), 0) || ' units of this run at their addresses', 'wanted', v_planned || ' units as leg A made them')::text;
  ELSIF v_drafts <> v_planned THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_INVARIANT_FAILED', DETAIL = jsonb_build_object(
      'saw', v_planned - v_drafts || ' units of this run that are no draft', 'wanted', 'drafts only')::text;
  END IF;

  SELECT count(*) INTO v_edited
    FROM public.information_unit u
    JOIN cutter_runtime.planned_unit p ON p.run_id = p_run_id AND p.canonical_address = u.canonical_address
    LEFT JOIN public.unit_version v ON v.id = u.version_anchor_ref
   WHERE u.id = ANY (v_own)
     AND (v.content_hash IS DISTINCT FROM p.content_hash
          OR encode(sha256(convert_to(u.identity_profile ->> 'title', 'UTF8')), 'hex') IS DISTINCT FROM p.title_sha);
  INSERT INTO public.iu_lifecycle_log (unit_id, version_id, canonical_address, from_status, to_status, actor, reason)
  SELECT u.id, u.version_anchor_ref, u.canonical_address, u.lifecycle_status, p_soft_status, p_actor, 'revert of ' || p_run_id || ': ' || p_reason
    FROM public.information_unit u WHERE u.id = ANY (v_own);

  PERFORM set_config(v_marker_key, 'fn_iu_revert_run', true);
  UPDATE public.unit_version SET lifecycle_status = p_soft_status, updated_at = now()
   WHERE unit_id = ANY (v_own) AND lifecycle_status = 'draft';
  GET DIAGNOSTICS v_versions = ROW_COUNT;
  UPDATE public.information_unit
     SET lifecycle_status = p_soft_status, canonical_address = canonical_address || '~reverted~' || id, updated_by = p_actor
   WHERE id = ANY (v_own);
  PERFORM set_config(v_marker_key, '', true);
  RETURN jsonb_build_object('status', 'reverted', 'soft_status', p_soft_status, 'units', v_planned, 'versions', v_versions, 'edited', v_edited);
END $$;
REVOKE EXECUTE ON FUNCTION public.fn_iu_revert_run(text, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.fn_iu_revert_run(text, text, text, text) TO cutter_exec;
RESET ROLE;
