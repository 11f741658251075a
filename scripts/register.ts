// `npm run register -- <file> <PREFIX>`: registers a document on the sandbox host as its database administrator.
import { Command } from "commander";
import { EXIT_USAGE } from "../runner/model/stop.ts";
import type { GrammarWords } from "../runner/rules/hints.ts";
import { refuseForeignEnvironment } from "./foreign-environment.ts";
import { grammarRequestOf, withGrammarOptions } from "./grammar-options.ts";
import { runProgram } from "./print-stop.ts";
import { registerDocument } from "./register-document.ts";
import { asAdministrator } from "./sandbox/admin-connection.ts";
import { insistProvisioned } from "./sandbox/provisioned.ts";
import { ensureSandbox } from "./sandbox/sandbox.ts";

interface Options extends GrammarWords { readonly versionLabel: string; readonly json: boolean }

withGrammarOptions(new Command("register").description("register a document and lay its snapshot"))
  .argument("<file>", "document").argument("<PREFIX>", "document prefix, 3-32 of A-Z 0-9 -")
  .option("--version-label <text>", "label of this version", "v1").option("--json", "one object on stdout", false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE))
  .action((file: string, prefix: string, options: Options) => runProgram(async () => {
    refuseForeignEnvironment();
    const request = await grammarRequestOf(options);
    const sandbox = await ensureSandbox();
    insistProvisioned(sandbox);
    const registered = await asAdministrator(sandbox, (admin) => registerDocument(admin, sandbox.place.runtimeRoot, file, prefix, { request, versionLabel: options.versionLabel }));
    if (options.json) process.stdout.write(`${JSON.stringify({ document_id: prefix, ...registered })}\n`);
    else process.stdout.write(`${prefix} is registered: version ${registered.source_version_id}, ${registered.units} units\ncut it with: npm run cut -- ${prefix}\n`);
    return 0;
  }))
  .parse();
