// A text as one word of a shell: in commands sent to a host, in scripts, and in the command lines a stop gives to paste.

/** A word for sh that means exactly `text`. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
