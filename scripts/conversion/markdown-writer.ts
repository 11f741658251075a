// turndown with its plugin for tables. Imported by name and as one: a bundle in parts gives a CommonJS package that is imported when it is
// needed no names but `default`, so the shipped program found no plugin where the sources did.
import { gfm } from "@joplin/turndown-plugin-gfm";
import Turndown from "turndown";

/** A writer of Markdown that keeps tables; lists, code and emphasis in the form that Markdown files have as a rule. */
export function markdownWriter(): Turndown {
  const service = new Turndown({
    headingStyle: "atx",
    bulletListMarker: "-",
    codeBlockStyle: "fenced",
    emDelimiter: "*",
  });
  service.use(gfm);
  return service;
}
