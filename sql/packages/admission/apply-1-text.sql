-- role: admin
-- params: none
-- returns: none
-- The database refuses at COMMIT what no admitted plan covers. Session users of the cutter only; everybody else is untouched,
-- because the condition is part of the trigger. ENABLE ALWAYS: also under session_replication_role = replica.
DO $$
BEGIN
  IF to_regclass('cutter_runtime.planned_unit') IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_PRECHECK_FAILED', DETAIL = jsonb_build_object(
      'saw', 'no schema cutter_runtime', 'wanted', 'package runtime applied first')::text;
  END IF;
END $$;

SET LOCAL ROLE directus;

CREATE FUNCTION public.fn_cut_admission_refuse(p_code text, p_saw text, p_wanted text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = p_code,
    DETAIL = jsonb_build_object('saw', coalesce(p_saw, 'nothing'), 'wanted', p_wanted)::text;
END $$;

-- Says in which columns the unit at this address differs from its planned row; called only to word a refusal.
CREATE FUNCTION public.fn_cut_admission_differing(p_unit_id uuid, p_run_id text, p_address text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT concat_ws(', ',
           CASE WHEN u.canonical_address <> p.canonical_address THEN 'address' END,
           CASE WHEN u.unit_kind <> p.unit_kind THEN 'unit_kind' END,
           CASE WHEN u.owner_ref <> p.owner_ref THEN 'owner' END,
           CASE WHEN u.identity_profile ->> 'publication_type_ref' IS DISTINCT FROM p.publication_type THEN 'publication_type' END,
           CASE WHEN u.section_type IS DISTINCT FROM p.section_type
                  OR u.identity_profile ->> 'primary_section_type_ref' IS DISTINCT FROM p.section_type THEN 'section_type' END,
           CASE WHEN (SELECT parent.canonical_address FROM public.information_unit parent WHERE parent.id = u.parent_or_container_ref)
                     IS DISTINCT FROM p.parent_address THEN 'parent' END,
           CASE WHEN u.created_by <> r.actor OR u.updated_by <> r.actor OR v.created_by <> r.actor THEN 'author' END,
           CASE WHEN encode(sha256(convert_to(u.identity_profile ->> 'title', 'UTF8')), 'hex') IS DISTINCT FROM p.title_sha THEN 'title' END,
           CASE WHEN encode(sha256(convert_to(v.body, 'UTF8')), 'hex') IS DISTINCT FROM p.content_hash THEN 'body' END)
    FROM public.information_unit u
    JOIN cutter_runtime.planned_unit p ON p.run_id = p_run_id AND p.canonical_address = p_address
    JOIN cutter_runtime.run r ON r.run_id = p_run_id
    LEFT JOIN public.unit_version v ON v.id = u.version_anchor_ref AND v.unit_id = u.id
   WHERE u.id = p_unit_id
$$;

-- Attempted writes to units and versions, as this session's own counters hold them: within a transaction they only grow, also by what
-- a savepoint takes back, and no role of the cutter can set them.
CREATE FUNCTION public.fn_cut_writes_to_text() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT pg_stat_get_xact_tuples_inserted('public.information_unit'::regclass) + pg_stat_get_xact_tuples_updated('public.information_unit'::regclass)
       + pg_stat_get_xact_tuples_deleted('public.information_unit'::regclass) + pg_stat_get_xact_tuples_inserted('public.unit_version'::regclass)
       + pg_stat_get_xact_tuples_updated('public.unit_version'::regclass) + pg_stat_get_xact_tuples_deleted('public.unit_version'::regclass)
$$;

-- A unit as it will stand after COMMIT (read again, not NEW: later statements of the transaction may have changed it).
-- cut_leg_a: a draft equal to its planned row. lifecycle_enact: the same row, enacted. revert: a planned draft moved aside,
-- whatever its text. One query a row, every join by a unique key. Where end_effect found every planned unit as planned and nothing was
-- written to a unit or version since, a row at a planned address is one of those; what it costs: docs/decisions/0112-ledger-guard.md.
CREATE FUNCTION public.fn_iu_cut_admission() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  v_address text;
  v_run_id text;
  v_phase text;
  v_planned boolean;
  v_equal boolean;
  v_now_at text;
  v_status text;
  v_order record;
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM public.fn_cut_admission_refuse('STOP_INVARIANT_FAILED', 'unit ' || OLD.canonical_address || ' deleted by ' || session_user, 'no unit deleted');
  ELSIF TG_OP = 'UPDATE' THEN
    v_address := OLD.canonical_address;
  ELSE
    v_address := NEW.canonical_address;
  END IF;
  IF v_address = NEW.canonical_address AND EXISTS (
       SELECT FROM cutter_runtime.lease l
         JOIN cutter_runtime.phase_done d ON d.run_id = l.run_id AND d.phase = l.effect_phase AND d.xid = l.effect_xid
         JOIN cutter_runtime.planned_unit p ON p.run_id = l.run_id AND p.canonical_address = v_address
        WHERE l.document_id = split_part(v_address, '/', 1) AND l.effect_xid = pg_current_xact_id()
          AND l.effect_phase = CASE TG_OP WHEN 'UPDATE' THEN l.effect_phase ELSE 'cut_leg_a' END
          AND d.judged_writes = public.fn_cut_writes_to_text()) THEN
    RETURN NULL;
  END IF;
  SELECT l.run_id, l.effect_phase, p.run_id IS NOT NULL, u.canonical_address, u.lifecycle_status,
         u.canonical_address = p.canonical_address AND u.unit_kind = p.unit_kind AND u.section_type = p.section_type
           AND u.identity_profile ->> 'primary_section_type_ref' = p.section_type AND u.deleted_at IS NULL
           AND u.owner_ref = p.owner_ref AND u.identity_profile ->> 'publication_type_ref' = p.publication_type
           AND v.content_hash = p.content_hash AND v.lifecycle_status = u.lifecycle_status
           AND encode(sha256(convert_to(v.body, 'UTF8')), 'hex') = p.content_hash
           AND encode(sha256(convert_to(u.identity_profile ->> 'title', 'UTF8')), 'hex') = p.title_sha
           AND (v.title IS NULL OR v.title = '' OR v.title = u.identity_profile ->> 'title')
           AND u.created_by = r.actor AND u.updated_by = r.actor AND v.created_by = r.actor
           AND (CASE WHEN u.parent_or_container_ref IS NULL THEN p.parent_address IS NULL
                ELSE (SELECT parent.canonical_address FROM public.information_unit parent WHERE parent.id = u.parent_or_container_ref) = p.parent_address END)
    INTO v_run_id, v_phase, v_planned, v_now_at, v_status, v_equal
    FROM public.information_unit u
    LEFT JOIN cutter_runtime.lease l ON l.document_id = split_part(v_address, '/', 1) AND l.effect_xid = pg_current_xact_id()
    LEFT JOIN cutter_runtime.run r ON r.run_id = l.run_id
    LEFT JOIN cutter_runtime.planned_unit p ON p.run_id = l.run_id AND p.canonical_address = v_address
    LEFT JOIN public.unit_version v ON v.id = u.version_anchor_ref AND v.unit_id = u.id
   WHERE u.id = NEW.id;
  IF NOT FOUND THEN
    RETURN NULL;
  ELSIF v_equal AND v_phase = 'cut_leg_a' AND v_status = 'draft' THEN
    RETURN NULL;
  ELSIF v_equal AND v_phase = 'lifecycle_enact' AND v_status = 'enacted' AND TG_OP = 'UPDATE' THEN
    RETURN NULL;
  ELSIF v_phase IS NULL THEN
    PERFORM public.fn_cut_admission_refuse('STOP_EXECUTION_NOT_AUTHORIZED', TG_OP || ' of unit ' || v_address || ' outside an admitted effect', 'an admitted effect of a run of its document');
  ELSIF NOT v_planned THEN
    PERFORM public.fn_cut_admission_refuse('STOP_INVARIANT_FAILED', 'unit ' || v_address || ' is not planned', 'units of the signed plan only');
  ELSIF v_phase = 'revert' THEN
    SELECT o.actor, o.soft_status INTO v_order FROM cutter_runtime.revert_order o WHERE o.run_id = v_run_id ORDER BY o.order_id DESC LIMIT 1;
    IF TG_OP <> 'UPDATE' OR OLD.lifecycle_status <> 'draft' OR v_status IN ('draft', 'enacted')
       OR (NEW.updated_by, v_status) IS DISTINCT FROM (v_order.actor, v_order.soft_status) OR v_now_at <> v_address || '~reverted~' || NEW.id
       OR to_jsonb(OLD) - ARRAY['canonical_address', 'lifecycle_status', 'updated_at', 'updated_by']
          <> to_jsonb(NEW) - ARRAY['canonical_address', 'lifecycle_status', 'updated_at', 'updated_by'] THEN
      PERFORM public.fn_cut_admission_refuse('STOP_INVARIANT_FAILED', 'unit ' || v_address || ' changed otherwise than by a revert', 'a draft moved aside with a soft status');
    END IF;
  ELSIF v_equal IS NOT TRUE THEN
    PERFORM public.fn_cut_admission_refuse('STOP_INVARIANT_FAILED',
      'unit ' || v_address || ' differs from its planned row: ' || public.fn_cut_admission_differing(NEW.id, v_run_id, v_address), 'the planned row');
  ELSE
    PERFORM public.fn_cut_admission_refuse('STOP_INVARIANT_FAILED', 'unit ' || v_address || ' is ' || v_status || ' in phase ' || v_phase, 'draft by cut_leg_a, enacted by lifecycle_enact');
  END IF;
  RETURN NULL;
END $$;

-- A version is the anchored one of a planned unit and carries the planned text; in revert only its status may change.
-- The first version of a newborn unit is judged with its unit, so only later ones and changes come here.
CREATE FUNCTION public.fn_uv_cut_admission() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  v_row record;
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM public.fn_cut_admission_refuse('STOP_INVARIANT_FAILED', 'version ' || OLD.id || ' deleted by ' || session_user, 'no version deleted');
  END IF;
  SELECT u.canonical_address AS address, l.effect_phase AS phase, p.canonical_address IS NOT NULL AS planned, v.lifecycle_status AS status,
         u.version_anchor_ref = v.id AND v.content_hash = p.content_hash
           AND encode(sha256(convert_to(v.body, 'UTF8')), 'hex') = p.content_hash AS equal
    INTO v_row
    FROM public.unit_version v
    JOIN public.information_unit u ON u.id = v.unit_id
    LEFT JOIN cutter_runtime.lease l ON l.document_id = split_part(u.canonical_address, '/', 1) AND l.effect_xid = pg_current_xact_id()
    LEFT JOIN cutter_runtime.planned_unit p
           ON p.run_id = l.run_id AND p.canonical_address = CASE l.effect_phase WHEN 'revert' THEN split_part(u.canonical_address, '~reverted~', 1) ELSE u.canonical_address END
   WHERE v.id = NEW.id;
  IF NOT FOUND THEN
    RETURN NULL;
  ELSIF v_row.phase IS NULL THEN
    PERFORM public.fn_cut_admission_refuse('STOP_EXECUTION_NOT_AUTHORIZED', TG_OP || ' of a version of ' || v_row.address || ' outside an admitted effect', 'an admitted effect of a run of its document');
  ELSIF NOT v_row.planned THEN
    PERFORM public.fn_cut_admission_refuse('STOP_INVARIANT_FAILED', 'a version of ' || v_row.address || ', which is not planned', 'units of the signed plan only');
  ELSIF v_row.phase = 'revert' THEN
    IF TG_OP <> 'UPDATE' OR OLD.lifecycle_status <> 'draft' OR v_row.status IN ('draft', 'enacted')
       OR to_jsonb(OLD) - ARRAY['lifecycle_status', 'updated_at'] <> to_jsonb(NEW) - ARRAY['lifecycle_status', 'updated_at'] THEN
      PERFORM public.fn_cut_admission_refuse('STOP_INVARIANT_FAILED', 'a version of ' || v_row.address || ' changed otherwise than by a revert', 'a draft version with a soft status');
    END IF;
  ELSIF v_row.equal IS NOT TRUE THEN
    PERFORM public.fn_cut_admission_refuse('STOP_INVARIANT_FAILED', 'a version of ' || v_row.address || ' differs from its planned row', 'one version, with the planned text');
  ELSIF v_row.status IS DISTINCT FROM (CASE v_row.phase WHEN 'cut_leg_a' THEN 'draft' WHEN 'lifecycle_enact' THEN 'enacted' END)
     OR (TG_OP = 'INSERT' AND v_row.phase <> 'cut_leg_a') THEN
    PERFORM public.fn_cut_admission_refuse('STOP_INVARIANT_FAILED', 'a version of ' || v_row.address || ' is ' || v_row.status || ' in phase ' || v_row.phase, 'draft by cut_leg_a, enacted by lifecycle_enact');
  END IF;
  RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION public.fn_cut_admission_refuse(text, text, text), public.fn_cut_admission_differing(uuid, text, text),
  public.fn_iu_cut_admission(), public.fn_uv_cut_admission(), public.fn_cut_writes_to_text() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.fn_cut_writes_to_text() TO cutter_owner;

CREATE CONSTRAINT TRIGGER trg_iu_cut_admission AFTER INSERT OR UPDATE OR DELETE ON public.information_unit
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION public.fn_iu_cut_admission();
-- Version 1 of a unit that is older than this transaction cannot be inserted: it is there, and (unit_id, version_seq) is unique.
CREATE CONSTRAINT TRIGGER trg_uv_cut_admission_later AFTER INSERT ON public.unit_version
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.version_seq <> 1 AND session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION public.fn_uv_cut_admission();
CREATE CONSTRAINT TRIGGER trg_uv_cut_admission AFTER UPDATE OR DELETE ON public.unit_version
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION public.fn_uv_cut_admission();
ALTER TABLE public.information_unit ENABLE ALWAYS TRIGGER trg_iu_cut_admission;
ALTER TABLE public.unit_version ENABLE ALWAYS TRIGGER trg_uv_cut_admission_later;
ALTER TABLE public.unit_version ENABLE ALWAYS TRIGGER trg_uv_cut_admission;
RESET ROLE;

-- fn_iu_create and fn_iu_enact run as directus under a search_path without pg_temp, which is then searched first for types: a
-- domain of the caller's own, named text, ran its CHECK as directus and switched the triggers above off. So none of the
-- cutter's roles makes or changes a definition, a temporary one neither. What others' functions do for them is theirs.
SET LOCAL ROLE workflow_admin;

CREATE FUNCTION cutter_governance.fn_cut_refuse_ddl() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF current_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup') THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_INVARIANT_FAILED', DETAIL = jsonb_build_object(
      'saw', TG_TAG || ' by ' || current_user, 'wanted', 'no definition made or changed by a role of the cutter')::text;
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION cutter_governance.fn_cut_refuse_ddl() FROM PUBLIC;

CREATE EVENT TRIGGER cut_refuse_ddl ON ddl_command_start EXECUTE FUNCTION cutter_governance.fn_cut_refuse_ddl();
ALTER EVENT TRIGGER cut_refuse_ddl ENABLE ALWAYS;

-- Both principals may insert into this table, so cutter_exec could leave the verifier's mark: each leaves its own only.
CREATE FUNCTION cutter_governance.fn_cut_refuse_foreign_mark() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_INVARIANT_FAILED', DETAIL = jsonb_build_object(
    'saw', 'a signature row of the other principal by ' || session_user, 'wanted', 'executor DOT-991 by cutter_exec, verifier DOT-992 by cutter_verify')::text;
END $$;
REVOKE EXECUTE ON FUNCTION cutter_governance.fn_cut_refuse_foreign_mark() FROM PUBLIC;

CREATE TRIGGER trg_dps_cut_principal BEFORE INSERT ON cutter_governance.dot_pair_signature FOR EACH ROW
  WHEN (session_user IN ('cutter_exec', 'cutter_verify')
        AND (session_user, NEW.signature_kind, NEW.signer_dot_id) NOT IN (('cutter_exec', 'executor', 'DOT-991'), ('cutter_verify', 'verifier', 'DOT-992')))
  EXECUTE FUNCTION cutter_governance.fn_cut_refuse_foreign_mark();
ALTER TABLE cutter_governance.dot_pair_signature ENABLE ALWAYS TRIGGER trg_dps_cut_principal;
RESET ROLE;
