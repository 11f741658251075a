// What every call of `cutter` carries besides its verb.

/** Options every verb shares: the configuration file, and whether answers are NDJSON on standard output. */
export interface Common {
  readonly config: string;
  readonly json: boolean;
}
