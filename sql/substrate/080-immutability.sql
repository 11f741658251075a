-- The existing system, part 8: an enacted unit and its version do not change. Both triggers are in mode 'O' (origin).
-- Known: refusal, names, and that the parent is frozen too. Chosen: the way forward (superseded, retired) stays open for
-- a canonical writer, since forward compensation is the documented path; nothing but the status may change then.
SET LOCAL ROLE directus;

CREATE FUNCTION public.fn_iu_enacted_immut() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.lifecycle_status IN ('superseded', 'retired')
     AND to_jsonb(NEW) - ARRAY['lifecycle_status', 'updated_at', 'updated_by']
       = to_jsonb(OLD) - ARRAY['lifecycle_status', 'updated_at', 'updated_by'] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'enacted unit % is immutable: % refused', OLD.canonical_address, TG_OP
    USING ERRCODE = 'object_not_in_prerequisite_state';
END
$$;

CREATE FUNCTION public.fn_uv_enacted_immut() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.lifecycle_status IN ('superseded', 'retired')
     AND to_jsonb(NEW) - ARRAY['lifecycle_status', 'updated_at']
       = to_jsonb(OLD) - ARRAY['lifecycle_status', 'updated_at'] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'enacted version % is immutable: % refused', OLD.id, TG_OP
    USING ERRCODE = 'object_not_in_prerequisite_state';
END
$$;

CREATE TRIGGER trg_iu_enacted_immut BEFORE UPDATE OR DELETE ON public.information_unit
  FOR EACH ROW WHEN (OLD.lifecycle_status = 'enacted') EXECUTE FUNCTION public.fn_iu_enacted_immut();
CREATE TRIGGER trg_uv_enacted_immut BEFORE UPDATE OR DELETE ON public.unit_version
  FOR EACH ROW WHEN (OLD.lifecycle_status = 'enacted') EXECUTE FUNCTION public.fn_uv_enacted_immut();

RESET ROLE;
