// What the wrapper tells the stand-in through the engine's environment.

/** Name of the one sandbox stack it may serve. */
export const STACK_VARIABLE = "CUTTER_STAND_IN_STACK";

/** Seconds after which a remote command has taken too long. */
export const LIMIT_VARIABLE = "CUTTER_COMMAND_LIMIT_SECONDS";
