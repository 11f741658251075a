// The layers. Each rule's comment says how to mend what it finds. Run by test/architecture/imports.test.ts and `npm run imports`.
const rule = (name, comment, from, to) => ({ name, severity: "error", comment, from, to });

/** May import only what `allowed` matches (paths from the project root; npm packages as node_modules/<name>/). */
const only = (name, path, allowed, comment, pathNot) =>
  rule(name, comment, { path, ...(pathNot ? { pathNot } : {}) }, { pathNot: allowed });

const npm = (...names) => names.map((name) => `^node_modules/(?:@types/)?${name}/`);

/** Adapters that programs of the operator and of the approver share with the host: the same verifiers on both sides. */
const SHARED_ADAPTERS =
  "^runner/adapters/(?:postgres-cluster|openpgp-verifier|gpgv-verifier|plain-file|safe-file|key-check|process-identity|tell)[.]ts$";

/** Folders of the runner whose files are pure: values in, values out, or types only. */
const PURE = "^runner/(?:model|rules|grammar|terminal|reports|world)/";

module.exports = {
  forbidden: [
    rule(
      "no-circular",
      "Two files need each other. Move what both need into a third file of the lower layer. (Types alone may point back: they are gone at run time.)",
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    ),
    rule(
      "no-unresolved",
      "The import leads nowhere. Write the file, or correct the path (imports end in .ts).",
      {},
      { couldNotResolve: true },
    ),
    rule(
      "no-development-package",
      "Shipped code imports a package that is only installed for development. Move it to dependencies, with a reason.",
      { path: "^(?:runner|scripts|infra)/", pathNot: "^scripts/(?:build|toolchain)/" },
      { dependencyTypes: ["npm-dev"], pathNot: "^node_modules/@types/" },
    ),
    only(
      "model-is-the-bottom",
      "^runner/model/",
      ["^runner/model/", ...npm("zod", "canonicalize", "uuid"), "^(?:node:)?crypto$"],
      "model/ holds words, not work. Pass the fact in as a value, or move this code to rules/ (pure) or adapters/ (effects).",
    ),
    only(
      "rules-are-pure",
      "^runner/rules/",
      ["^runner/rules/", "^runner/model/"],
      "A rule imports something that is not model/. The fact should be gathered by the phase and passed in; an effect belongs in adapters/.",
    ),
    only(
      "grammar-is-pure",
      "^runner/grammar/",
      [
        "^runner/grammar/",
        "^runner/model/",
        "^runner/rules/text-hygiene[.]ts$",
        "^(?:node:)?buffer$",
        ...npm("markdown-it"),
      ],
      "A grammar turns bytes into a manifest and nothing else. Reading files belongs to whoever calls it.",
    ),
    only(
      "phases-know-ports-only",
      "^runner/phases/",
      [
        "^runner/(?!cut|cli|wire|engine|gates)[a-z-]+[.]ts$",
        "^runner/(?:looks|rules|model|grammar|reports|world)/",
        "^runner/phases/[^/]+/",
        ...npm("zod"),
      ],
      "A phase imports an adapter, a command or another phase. What it needs from outside comes through World; what it needs from another phase comes in its input.",
    ),
    only(
      "terminal-is-pure-text",
      "^runner/terminal/",
      ["^runner/(?:terminal|rules|model)/", "^runner/world(?:[.]ts$|/)", ...npm("commander")],
      "terminal/ says what cutter and npm run print, on host and workstation alike. Whoever knows the facts passes them in.",
    ),
    only(
      "looks-read-through-the-world",
      "^runner/looks/",
      [
        "^runner/(?:looks|rules|model|world|grammar|signatures)/",
        "^runner/(?:world|phase)[.]ts$",
        "^(?:node:)?crypto$",
        ...npm("zod"),
      ],
      "A look reads what one principal sees of a run through the ports of world.ts, and decides nothing about the flow.",
    ),
    only(
      "signatures-are-judged-alone",
      "^runner/signatures/",
      ["^runner/(?:signatures|rules|model)/", "^runner/world(?:[.]ts$|/)", ...npm("zod")],
      "signatures/ judges who signed what. A verifying program is an adapter and is passed in.",
    ),
    only(
      "reports-are-pure",
      "^runner/reports/",
      ["^runner/(?:reports|rules|model|terminal)/", "^runner/world[.]ts$", "^runner/world/", "^(?:node:)?crypto$"],
      "A report is text made from values. Delivering it is the reporter adapter's work.",
    ),
    only(
      "engine-knows-no-phase",
      "^runner/(?:engine|effect|phase|gates)[.]ts$",
      [
        "^runner/(?!cut|cli|wire)[a-z-]+[.]ts$",
        "^runner/(?:rules|model|looks|world)/",
        "^runner/aftermath/request-(?:bundle|contents)[.]ts$",
        "^(?:node:)?crypto$",
        ...npm("zod"),
      ],
      "The engine runs any phase of the shape in phase.ts. Name the phase in cut.ts instead.",
    ),
    only(
      "flow-names-phases-only",
      "^runner/cut[.]ts$",
      ["^runner/(?:phases|rules|model|grammar|reports|looks|aftermath|world)/", "^runner/(?!cli|wire)[a-z-]+[.]ts$"],
      "cut.ts is the flow: phases in order. Work belongs in a phase, effects behind World.",
    ),
    only(
      "world-is-types",
      "^runner/world(?:[.]ts$|/)",
      ["^runner/model/", "^runner/world(?:[.]ts$|/)"],
      "world.ts holds ports; an implementation belongs in adapters/.",
    ),
    only(
      "adapters-do-not-decide",
      "^runner/adapters/",
      [
        "^runner/(?:adapters|model)/",
        "^runner/rules/",
        "^runner/signatures/(?:both-verifiers|gpgv-status|signature-packet)[.]ts$",
        "^runner/world(?:[.]ts$|/)",
        "^node_modules/",
        "^(?:node:)?[a-z_/]+$",
      ],
      "An adapter imports the flow, a phase or a command. Turn the arrow round: the caller passes in what the adapter needs.",
    ),
    rule(
      "only-commands-and-wire-know-adapters",
      "The flow meets the outside through the ports of world.ts. A command may call an adapter directly; for phases, engine, rules and looks wire.ts puts it behind a port.",
      { path: "^runner/", pathNot: ["^runner/(?:adapters|commands)/", "^runner/wire[.]ts$"] },
      { path: "^runner/adapters/" },
    ),
    rule(
      "only-adapters-touch-outside",
      "The database driver, child processes, OpenPGP and the file system belong to adapters/. Move the effect there and offer it through world.ts.",
      {
        path: "^runner/",
        pathNot: ["^runner/(?:adapters|commands)/", "^runner/(?:wire|cli)[.]ts$"],
      },
      {
        path: [
          "^(?:node:)?(?:fs|fs/promises|child_process|net|http|https|tls|os|worker_threads)$",
          ...npm("pg", "pg-copy-streams", "openpgp", "execa", "zx"),
        ],
      },
    ),
    rule(
      "zx-in-one-place",
      "zx takes what is left unsaid from ZX_* of the environment. Start the command through scripts/frame/shell.ts (docs/decisions/0142).",
      { path: "^(?:runner|scripts|infra)/", pathNot: "^scripts/frame/shell[.]ts$" },
      // Behind a linked node_modules too.
      { path: "(?:^|/)node_modules/zx/" },
    ),
    rule(
      "runner-knows-no-scripts",
      "The runner runs on a host where scripts/, infra/ and test/ do not exist.",
      { path: "^runner/" },
      { path: "^(?:scripts|infra|test)/" },
    ),
    rule(
      "scripts-share-pure-code-only",
      "A script imports the runner's insides. Share rules/, grammar/ and model/ (the same code on both sides); for anything else call the runner as a program.",
      { path: "^scripts/" },
      { path: "^runner/", pathNot: [PURE, "^runner/signatures/", "^runner/commands/intake[.]ts$", SHARED_ADAPTERS] },
    ),
    only(
      "renderers-are-pure",
      "^infra/render/",
      [
        "^infra/render/",
        "^infra/(?:rights|facts|drift|database-spec|program-versions|package-functions)[.]ts$",
        "^runner/(?:rules|model)/",
        "^(?:node:)?zlib$",
        ...npm("nanotar"),
      ],
      "A renderer turns a declaration into text. Reading files belongs to sources.ts, dialling to probe.ts.",
    ),
    only(
      "drift-is-pure",
      "^infra/drift[.]ts$",
      ["^infra/", "^runner/(?:rules|model)/"],
      "drift(spec, facts) compares values. The clock, the host and the engine stay outside, so that preview and up agree.",
    ),
    rule(
      "only-the-program-knows-the-engine",
      "The Pulumi SDK belongs to index.ts and components/. What a component needs is declared in host-spec.ts, so that it can be read without an engine.",
      {
        path: "^(?:infra|scripts|runner)/",
        pathNot: [
          "^infra/index[.]ts$",
          "^infra/components/",
          "^infra/ssh/connection[.]ts$",
          "^scripts/toolchain/stand-in/",
        ],
      },
      { path: "(?:^|/)node_modules/@pulumi/(?:pulumi|command)/" },
    ),
    rule(
      "infra-knows-no-scripts",
      "infra/ declares a host and looks at it; the programs in scripts/ use it. Move what both need into infra/.",
      { path: "^infra/" },
      { path: "^scripts/" },
    ),
    rule(
      "verbs-do-not-import-each-other",
      "A verb is a program of its own. Move what two verbs share into the folder of its subject.",
      { path: "^scripts/verbs/" },
      { path: "^scripts/verbs/" },
    ),
    rule(
      "nobody-imports-a-verb",
      "A verb is an entry of the build. Move what is needed into the folder of its subject.",
      { path: "^(?:runner|infra|scripts/(?!verbs/))" },
      { path: "^scripts/verbs/" },
    ),
    rule(
      "nothing-imports-test",
      "Production code imports a test. Move what both need under runner/ or scripts/.",
      { path: "^(?:runner|scripts|infra)/" },
      { path: "^test/" },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(?:dist|[.]sandbox|[.]state)/" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: [".ts", ".mjs", ".js", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "types", "default"],
    },
  },
};
