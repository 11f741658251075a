// The ten registries that no cut reads, with the rows of their seed: 31 in eight tables. What is known of them is in sql/substrate.
export const OTHER_REGISTRIES: Readonly<Record<string, number>> = {
  address_template_registry: 2,
  authority_override: 0,
  entity_kind_registry: 3,
  entity_reference_registry: 0,
  grammar_profile: 2,
  grammar_profile_level: 8,
  grammar_profile_status_marker: 2,
  matcher_config_registry: 8,
  metadata_key_registry: 1,
  source_family_registry: 5,
};
