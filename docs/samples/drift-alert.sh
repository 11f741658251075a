#!/bin/sh
# Looks at one stack and tells people what to do: nothing when the host is as declared, a ticket with the table when it is not,
# a page when nobody could look. Not being able to look is the worse of the two: everything may have changed behind it.
#
# usage: drift-alert.sh <stack>
#   DRIFT_TICKET, DRIFT_PAGE   programs that get a title as their only argument and the text on standard input; without them people
#                              are told by the channels the stack declares (docs/notifications.md)
#   DRIFT_LIMIT                seconds after which a look that hangs is given up; default 900
# Ends with 0 calm, 7 drift (ticket made), 1 could not look (paged), 2 nobody could be told.
set -u
stack=${1:?usage: drift-alert.sh <stack>}
# tell <program or nothing> <title> <kind>: the text comes on standard input.
tell() {
  if [ -n "$1" ]; then "$1" "$2"; else npm run --silent notify -- "$3" --stack "$stack" >&2; fi
}
cd "$(dirname "$0")/../.." || exit 2

said=$(mktemp) || exit 2
trap 'rm -f "$said"' EXIT
table=$(timeout -k 30 "${DRIFT_LIMIT:-900}" npm run --silent drift -- --stack "$stack" 2>"$said")
status=$?

page() {
  { printf '%s\n\n' "$1"; tail -n 40 "$said"; } | tell "${DRIFT_PAGE:-}" "cutter: could not look at $stack (status $status)" could_not_look || exit 2
}

case $status in
  0) ;;
  7)
    # The same differences give the same word, so that a tracker can add to an open ticket instead of making one every hour.
    word=$(printf %s "$table" | sha256sum | cut -c1-12)
    if ! printf '%s\n' "$table" | tell "${DRIFT_TICKET:-}" "cutter: $stack differs from its declaration [$word]" drift_found; then
      page "There is drift, and no ticket could be made of it."
      exit 2
    fi ;;
  124 | 137) page "The look did not end within ${DRIFT_LIMIT:-900} seconds."; exit 1 ;;
  *) page "Nothing is known about the host. What the look said last:"; exit 1 ;;
esac
exit "$status"
