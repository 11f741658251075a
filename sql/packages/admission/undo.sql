-- role: admin
-- params: none
-- returns: none
-- Takes the four triggers, the event trigger and their functions away; from then on only the client program refuses.
SET LOCAL ROLE directus;
DROP TRIGGER trg_iu_cut_admission ON public.information_unit;
DROP TRIGGER trg_uv_cut_admission_later ON public.unit_version;
DROP TRIGGER trg_uv_cut_admission ON public.unit_version;
DROP FUNCTION public.fn_iu_cut_admission();
DROP FUNCTION public.fn_uv_cut_admission();
DROP FUNCTION public.fn_cut_admission_differing(uuid, text, text);
DROP FUNCTION public.fn_cut_admission_refuse(text, text, text);
RESET ROLE;
DROP TRIGGER trg_dps_cut_principal ON cutter_governance.dot_pair_signature;
DROP FUNCTION cutter_governance.fn_cut_refuse_foreign_mark();
DROP EVENT TRIGGER cut_refuse_ddl;
DROP FUNCTION cutter_governance.fn_cut_refuse_ddl();
