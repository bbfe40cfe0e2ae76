#!/usr/bin/env bash
# Everything about the code but the tests: format, lints, documentation, generated files, sizes, dependencies. All checks run,
# whatever the first says; a table at the end tells what passed.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/lib.sh"
. "$here/env.sh"
cd "$LATCHKEY_ROOT" || exit

table=
faults=0

main() {
  "$here/setup.sh" check || exit
  check "format" cargo fmt --all --check
  check "lints" cargo clippy --all-targets -- -D warnings
  check "lints, in the browser" cargo clippy --package latchkey-frontend --target wasm32-unknown-unknown -- -D warnings
  check "documentation" documentation
  check "release build" "$here/build.sh"
  check "server/schema.graphql" same server/schema.graphql schema
  check "docs/configuration.md" same docs/configuration.md config reference
  check "docs/metrics.md" same docs/metrics.md metrics
  check "sizes" sizes
  check "dependencies" dependencies
  check "advisories" advisories
  check "types of end2end" end2end/node_modules/.bin/tsc --noEmit --project end2end
  check "alerts" alerts
  check "systemd unit" unit
  check "compose file" compose
  check "scripts" scripts
  check "no path or host of a machine" no_machine
  say "" "$table"
  [ "$faults" = 0 ] || die "$faults of the checks failed."
  say "All checks passed."
}

# --- the checks -------------------------------------------------------------------------------------------------------------
# A check that cannot be made here, and need not be, says why in `skipped`.

documentation() { RUSTDOCFLAGS="-D warnings" cargo doc --no-deps; }

# same FILE ARGUMENTS…: the committed file is what the program writes.
same() {
  local file=$1
  shift
  build/latchkey "$@" | diff -u "$file" - ||
    { say "$file is not what 'latchkey $*' writes: run 'make generated' and commit." && return 1; }
}

# What a visitor waits for, compressed as it is sent, and what an operator copies.
sizes() {
  local fine=0
  at_most 350 "the pages' code, as it is first loaded" build/site/pkg/latchkey.*.wasm.br || fine=1
  at_most 350 "its parts, each when it is first opened" build/site/pkg/{split_,chunk_}*.wasm.br || fine=1
  at_most 15 "its glue" build/site/pkg/*.js.br || fine=1
  at_most 12 "the styles" build/site/pkg/*.css.br || fine=1
  at_most 52000 "the server" build/latchkey || fine=1
  return "$fine"
}

# at_most KILOBYTES WHAT FILE…
at_most() {
  local most=$1 what=$2 bytes
  shift 2
  bytes=$(cat "$@" | wc -c) || return
  say "$what: $((bytes / 1000)) kB of $most kB"
  [ "$bytes" -le $((most * 1000)) ]
}

dependencies() {
  have cargo-deny || { skipped="cargo-deny is not installed (cargo install cargo-deny)" && return; }
  cargo deny check licenses bans sources
}

advisories() {
  have cargo-deny || { skipped="cargo-deny is not installed" && return; }
  limited 60 cargo deny fetch db || { skipped="the list of advisories cannot be fetched here" && return; }
  cargo deny check --disable-fetch advisories
}

alerts() {
  have promtool || { skipped="promtool is not installed (apt-get install prometheus)" && return; }
  promtool check rules deploy/prometheus-alerts.yaml && promtool test rules deploy/prometheus-alerts.test.yaml
}

# At most so exposed, from 0 to 100, as systemd judges what the service may still do.
unit() {
  systemd-analyze security --help 2>/dev/null | grep -q -- --offline ||
    { skipped="systemd-analyze is not installed, or too old" && return; }
  systemd-analyze security --no-pager --offline=yes --threshold=15 deploy/latchkey.service | tail -n 1
}

compose() {
  docker compose version >/dev/null 2>&1 || { skipped="docker compose is not installed" && return; }
  LATCHKEY_HOST=accounts.example.com docker compose --file deploy/compose.yaml config --quiet
}

scripts() {
  local script
  for script in scripts/*.sh .ci/run; do bash -n "$script" || return; done
  have shellcheck || { skipped="read by bash alone: shellcheck is not installed" && return; }
  shellcheck --external-sources --source-path=SCRIPTDIR scripts/*.sh .ci/run
}

# What is committed must work elsewhere: no home folder, and no package host fixed in a lock file of npm.
no_machine() {
  ! grep -r -n -I -E '(^|[^[:alnum:]_./-])/(root|home|Users|work)/[[:alnum:]]' . \
    --exclude-dir=.git --exclude-dir=node_modules --exclude-dir=build --exclude-dir=target --exclude-dir=test-results \
    --exclude-dir=graphiql &&
    ! grep -r -n '"resolved":' . --include=package-lock.json --exclude-dir=node_modules
}

# --- the table --------------------------------------------------------------------------------------------------------------

# check NAME COMMAND…
check() {
  local name=$1 began=$SECONDS result=ok
  shift
  skipped=
  say "" "── $name"
  "$@" || result=FAILED
  [ "$result" = ok ] || faults=$((faults + 1))
  [ -z "$skipped" ] || result="skipped: $skipped"
  table="$table$(printf '  %-30s %8s   %s' "$name" "$(seconds $((SECONDS - began)))" "$result")
"
}

main
