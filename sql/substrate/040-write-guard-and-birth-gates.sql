-- The existing system, part 4: what stands between a statement and the two unit tables.
SET LOCAL ROLE directus;

-- Refuses INSERT and UPDATE unless the transaction-local setting named by dot_config holds an allowed marker.
-- A missing policy row refuses: the guard never opens by accident.
CREATE FUNCTION public.fn_iu_gateway_write_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_mode    text;
  v_key     text;
  v_allowed text;
  v_marker  text;
BEGIN
  SELECT value INTO v_key FROM public.dot_config WHERE key = 'iu_create.gateway.marker_key';
  SELECT value INTO v_allowed FROM public.dot_config WHERE key = 'iu_create.gateway.allowed_marker_values';
  v_marker := current_setting(coalesce(v_key, 'app.canonical_writer'), true);
  IF coalesce(v_marker, '') <> '' AND v_marker = ANY (string_to_array(coalesce(v_allowed, ''), ',')) THEN
    RETURN NEW;
  END IF;
  SELECT value INTO v_mode FROM public.dot_config WHERE key = 'iu_create.gateway.mode';
  IF v_mode = 'observe' THEN
    RAISE WARNING 'write guard (observe): % on %.% without a canonical writer', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME;
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'write guard: direct % on %.% refused, canonical writers only', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege',
          HINT = coalesce((SELECT value FROM public.dot_config WHERE key = 'iu_create.gateway.refusal_hint'), '');
END
$$;

-- Birth gate, layer 1: what a unit must carry to be born.
CREATE FUNCTION public.fn_iu_birth_gate_layer1() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_section     text := NEW.identity_profile ->> 'primary_section_type_ref';
  v_publication text := NEW.identity_profile ->> 'publication_type_ref';
  v_missing     text;
BEGIN
  -- concat_ws skips NULLs: what is left are the names of the empty fields.
  v_missing := concat_ws(', ',
    CASE WHEN coalesce(btrim(NEW.canonical_address), '') = ''  THEN 'canonical_address' END,
    CASE WHEN coalesce(btrim(NEW.unit_kind), '') = ''          THEN 'unit_kind' END,
    CASE WHEN coalesce(btrim(NEW.lifecycle_status), '') = ''   THEN 'lifecycle_status' END,
    CASE WHEN coalesce(btrim(NEW.owner_ref), '') = ''          THEN 'owner_ref' END,
    CASE WHEN coalesce(btrim(NEW.conformance_status), '') = '' THEN 'conformance_status' END,
    CASE WHEN coalesce(btrim(NEW.identity_profile ->> 'title'), '') = '' THEN 'identity_profile.title' END,
    CASE WHEN coalesce(btrim(NEW.identity_profile ->> 'owner_lookup_ref'), '') = '' THEN 'identity_profile.owner_lookup_ref' END,
    CASE WHEN coalesce(btrim(v_section), '') = '' THEN 'identity_profile.primary_section_type_ref' END);
  IF v_missing <> '' THEN
    RAISE EXCEPTION 'birth gate layer 1: % required', v_missing USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT FROM public.dot_config WHERE key = 'vocab.unit_kind.' || NEW.unit_kind) THEN
    RAISE EXCEPTION 'birth gate layer 1: unit_kind "%" not in vocabulary', NEW.unit_kind USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT FROM public.dot_config WHERE key = 'vocab.section_type.' || v_section) THEN
    RAISE EXCEPTION 'birth gate layer 1: section_type "%" not in vocabulary', v_section USING ERRCODE = 'check_violation';
  END IF;
  IF v_publication IS NULL OR NEW.identity_profile ->> 'publication_authority_ref' IS NULL THEN
    RAISE WARNING 'birth gate layer 1: publication_type_ref or publication_authority_ref missing (pilot only)';
  END IF;
  IF v_publication IS NOT NULL AND NOT EXISTS (
       SELECT FROM public.dot_config WHERE key = 'vocab.publication_type.' || v_publication) THEN
    RAISE EXCEPTION 'birth gate layer 1: publication_type "%" not in vocabulary', v_publication USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;

-- Birth gate, layer 2: both anchors name a version of this unit. Deferred, so it runs as whoever commits and therefore
-- reads nothing but the two unit tables, which every writer may read.
CREATE FUNCTION public.fn_iu_birth_gate_layer2() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_content text;
  v_version uuid;
BEGIN
  SELECT content_anchor_ref, version_anchor_ref INTO v_content, v_version
    FROM public.information_unit WHERE id = NEW.id;
  IF NOT FOUND THEN
    RETURN NULL; -- deleted again in the same transaction
  END IF;
  IF v_version IS NULL OR v_content IS DISTINCT FROM v_version::text
     OR NOT EXISTS (SELECT FROM public.unit_version WHERE id = v_version AND unit_id = NEW.id) THEN
    RAISE EXCEPTION 'birth gate layer 2: anchors of % are missing or inconsistent', NEW.canonical_address
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION public.fn_iu_register_birth() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO public.birth_registry (unit_id, canonical_address, unit_kind, born_by)
  VALUES (NEW.id, NEW.canonical_address, NEW.unit_kind, NEW.created_by);
  RETURN NULL;
END
$$;

CREATE FUNCTION public.fn_iu_updated_at() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END
$$;

CREATE TRIGGER trg_aa_iu_gateway_write_guard BEFORE INSERT OR UPDATE ON public.information_unit
  FOR EACH ROW EXECUTE FUNCTION public.fn_iu_gateway_write_guard();
CREATE TRIGGER trg_aa_uv_gateway_write_guard BEFORE INSERT OR UPDATE ON public.unit_version
  FOR EACH ROW EXECUTE FUNCTION public.fn_iu_gateway_write_guard();
CREATE TRIGGER trg_iu_birth_gate_layer1 BEFORE INSERT ON public.information_unit
  FOR EACH ROW EXECUTE FUNCTION public.fn_iu_birth_gate_layer1();
CREATE CONSTRAINT TRIGGER trg_iu_birth_gate_layer2
  AFTER INSERT OR UPDATE OF content_anchor_ref, version_anchor_ref ON public.information_unit
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.fn_iu_birth_gate_layer2();
CREATE TRIGGER trg_iu_birth_registry AFTER INSERT ON public.information_unit
  FOR EACH ROW EXECUTE FUNCTION public.fn_iu_register_birth();
CREATE TRIGGER trg_iu_updated_at BEFORE UPDATE ON public.information_unit
  FOR EACH ROW EXECUTE FUNCTION public.fn_iu_updated_at();

RESET ROLE;
