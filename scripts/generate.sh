#!/usr/bin/env bash
# Writes what is generated from the code and committed:
#
#   scripts/generate.sh schema        server/schema.graphql
#   scripts/generate.sh docs-config   docs/configuration.md
#   scripts/generate.sh docs-metrics  docs/metrics.md
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/lib.sh"
. "$here/env.sh"
cd "$LATCHKEY_ROOT"

# write FILE ARGUMENTS…: the file is replaced only when the program succeeded.
write() {
  local file=$1 new
  shift
  mkdir -p build "$(dirname "$file")"
  new=build/$(basename "$file").new
  cargo run --quiet --package latchkey -- "$@" >"$new"
  if cmp -s "$new" "$file"; then
    rm "$new"
    say "$file is up to date."
  else
    mv "$new" "$file"
    say "$file written."
  fi
}

case ${1:-} in
  schema) write server/schema.graphql schema ;;
  docs-config) write docs/configuration.md config reference ;;
  docs-metrics) write docs/metrics.md metrics ;;
  *) die "usage: scripts/generate.sh schema|docs-config|docs-metrics" ;;
esac
