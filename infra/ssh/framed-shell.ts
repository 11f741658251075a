// A shell script of ours whose answer is framed as the cutter frames its own: nothing a start-up file prints before it is the answer.
import { beginMark, endMark } from "../../runner/model/answer-frame.ts";

// The whole text is read before any of it runs, because it stands between brackets: a line that breaks while it is sent runs nothing.
// What it printed is held in a variable, so that its length and digest are known; line feeds at its end are lost.
const answer = (body: string): string => `cutter_answer=$(
${body}
)
cutter_status=$?`;

const tellAnswer = (token: string): string => `LC_ALL=C
printf '\\n%s\\n%s\\n%s%s bytes, sha256 %s, status %s-----\\n' '${beginMark(token)}' "$cutter_answer" '${endMark(token)}' \\
  "\${#cutter_answer}" "$(printf '%s' "$cutter_answer" | sha256sum | cut -c1-64)" "$cutter_status"
exit "$cutter_status"
`;

/** The script in its frame; its own exit status is kept. Positional words stay what they are. */
export const framedScript = (body: string, token: string): string => `(
${answer(body)}
${tellAnswer(token)})
`;

/**
 * A script that sends the first `$2` bytes of the plain file `$1` in a frame, status 1 when it is none. The file is read again for its
 * length and digest, which is right for one that is never written twice.
 */
export const framedFile = (token: string): string => `LC_ALL=C; export LC_ALL
sent() { if [ -f "$1" ] && [ ! -L "$1" ]; then head -c "$2" -- "$1"; else return 1; fi; }
printf '\\n%s\\n' '${beginMark(token)}'
sent "$1" "$2"; status=$?
printf '\\n%s%s bytes, sha256 %s, status %s-----\\n' '${endMark(token)}' "$(sent "$1" "$2" | wc -c)" \\
  "$(sent "$1" "$2" | sha256sum | cut -c1-64)" "$status"
`;
