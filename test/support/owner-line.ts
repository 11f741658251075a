// The line in the head of a report by which a reporter knows whose it is, for documents that tests write themselves.

/** As runner/rules/report-owner.ts reads it. */
export const ownerLine = (runId: string): string => `- run: \`${runId}\``;
