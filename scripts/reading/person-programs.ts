// Which program of a person's machine shows a page or a long text: a browser, a pager. Decided by the platform, started elsewhere.

/** A program with its words. */
export interface ProgramLine {
  readonly program: string;
  readonly words: readonly string[];
}

/** Opens a file in the person's browser. `file` is absolute. Undefined where this program knows no way: then the path is told. */
export function browserLine(platform: NodeJS.Platform, file: string): ProgramLine | undefined {
  switch (platform) {
    case "darwin":
      return { program: "open", words: [file] };
    case "win32":
      // Not `start`: it belongs to the shell, which would read & and ^ in a path.
      return { program: "explorer.exe", words: [file] };
    case "linux":
    case "freebsd":
    case "openbsd":
      return { program: "xdg-open", words: [file] };
    default:
      return undefined;
  }
}

/** Shows a long text from standard input: what PAGER names (one program and its words), else what the platform has. */
export function pagerLine(platform: NodeJS.Platform, pager: string | undefined): ProgramLine {
  const [program, ...words] = (pager ?? "").split(/\s+/).filter((word) => word !== "");
  if (program !== undefined) return { program, words };
  return platform === "win32" ? { program: "more.com", words: [] } : { program: "less", words: [] };
}

/** Settings for the pager: nothing of the text may start another program. */
export const PAGER_SETTINGS: Readonly<Record<string, string>> = { LESSSECURE: "1", LESS: "" };
