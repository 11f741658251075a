// The one place that says which Pulumi this project runs on. package.json and the two go.mod files repeat it; a test compares them.

/** Engine and SDK: the newest release whose SDK runs on Node 20. */
export const ENGINE_VERSION = "3.248.0";

/** The Node language host never got a version tag of its own; this is the newest one published as a module, and it serves that engine. */
export const LANGUAGE_HOST_VERSION = "3.188.0";

/** Resource plugin `command`. The engine demands exactly the version the npm package @pulumi/command names. */
export const COMMAND_PLUGIN_VERSION = "1.2.1";
