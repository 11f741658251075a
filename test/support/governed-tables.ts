// The tables of a cut as the existing system has them, written down here and not taken from the program under test.

/** The mutation surface: three tables of public, nine of the ledger. */
export const MUTATION_TABLES: readonly string[] = [
  "public.information_unit",
  "public.unit_version",
  "public.iu_lifecycle_log",
  ...[
    "decision_backlog_entry",
    "decision_backlog_history",
    "manifest_envelope",
    "manifest_unit_block",
    "review_decision",
    "dot_pair_signature",
    "cut_change_set",
    "cut_change_set_affected_row",
    "verify_result",
  ].map((name) => `cutter_governance.${name}`),
];

/** The registry of documents, which a cut reads. */
const REGISTRY_TABLES = [
  "cutter_governance.source_document_registry",
  "cutter_governance.source_document_version_registry",
];

/** Tables a restored copy needs to be cut again. */
export const CONTEXT_TABLES: readonly string[] = [
  "public.birth_registry",
  "public.dot_config",
  "public.iu_lifecycle_vocab",
  ...REGISTRY_TABLES,
];

/** Tables of text, ledger and registry that nobody may change but an admitted effect. */
export const GUARDED_TABLES: readonly string[] = [
  ...MUTATION_TABLES,
  "public.birth_registry",
  "public.dot_config",
  ...REGISTRY_TABLES,
];
