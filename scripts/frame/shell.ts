// Commands of the operator's own machine, as zx runs them. What is started otherwise, and why: decision 0142.
import { $, quote, type Options } from "zx/core";
import { childEnvironment } from "../../infra/ssh/environment.ts";

type Choice = Partial<Pick<Options, "cwd" | "env" | "nothrow" | "stdio" | "timeout">>;

// Bash would run the file that the first one names before the command.
const withoutStartUp = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => name !== "BASH_ENV" && name !== "ENV"));

// What is not said here zx takes from ZX_* of the environment or from a setting that another part has changed.
const settled = ({ env, ...choice }: Choice) => ({
  shell: "/bin/bash",
  // The shell gives its place to the program: a signal reaches the program itself, and no function of the caller stands in for it.
  prefix: "exec ",
  postfix: "",
  quote,
  quiet: true,
  verbose: false,
  nothrow: true,
  detached: false,
  preferLocal: false,
  killSignal: "SIGTERM" as const,
  timeoutSignal: "SIGTERM" as const,
  stdio: ["ignore", "pipe", "pipe"] satisfies Options["stdio"],
  env: withoutStartUp(env ?? childEnvironment()),
  ...choice,
});

/** Tag of a command line: each value in it is one word, a list as many. Its status is judged by the caller unless `nothrow` is false. */
export const shell = (choice: Choice = {}) => $(settled(choice));

/** The same for what is asked before anything else may begin. */
export const shellSync = (choice: Choice = {}) => $({ ...settled(choice), sync: true as const });
