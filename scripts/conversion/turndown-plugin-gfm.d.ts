// The plugin brings no types of its own.
declare module "@joplin/turndown-plugin-gfm" {
  import type TurndownService from "turndown";
  /** Tables, task lists and strike-through of GitHub's Markdown. */
  export const gfm: TurndownService.Plugin;
}
