// What a reviewer would otherwise have to say every time. Layers are in .dependency-cruiser.cjs, budgets in test/architecture.
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/**", "node_modules/**", ".sandbox/**", ".state/**", "coverage/**"] },
  {
    files: ["**/*.ts"],
    plugins: { "@typescript-eslint": tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      // A forgotten await is a write nobody waits for, or a stop nobody sees.
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-restricted-syntax": [
        "error",
        {
          selector: "ExportDefaultDeclaration",
          message: "Export by name: a default export can be renamed silently at every import.",
        },
        {
          selector: "CallExpression[callee.object.name='process'][callee.property.name='chdir']",
          message: "Pass absolute paths; the working directory belongs to whoever started us.",
        },
      ],
      eqeqeq: "error",
      "no-console": "error",
      "no-var": "error",
      "prefer-const": "error",
      "max-lines-per-function": ["error", { max: 80, skipBlankLines: true, skipComments: true, IIFEs: true }],
      // Five values in a row, several of one type, can be swapped unseen: name them in an object.
      "max-params": ["error", 4],
    },
  },
  {
    // A cast is a claim nobody checked: only where untrusted bytes or rows become our types.
    files: ["runner/{rules,grammar,phases,reports}/**/*.ts", "runner/{effect,phase,gates,cut}.ts"],
    rules: { "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "never" }] },
  },
  {
    // A describe block is a list of tests, not a function somebody reads in one go.
    files: ["test/**/*.ts"],
    // A row of a table test is handed over value by value.
    rules: { "max-lines-per-function": "off", "max-params": ["error", 5], "no-console": "off" },
  },
  {
    // The one program that npm put elsewhere goes back to where the person stands, before it reads a word of the command line.
    files: ["scripts/frame/run-program.ts"],
    rules: { "no-restricted-syntax": "off" },
  },
  {
    // Vitest reads its configuration from the default export.
    files: ["vitest.config.ts"],
    rules: { "no-restricted-syntax": "off" },
  },
);
