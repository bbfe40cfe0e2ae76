#!/usr/bin/env bash
# Runs the tests:
#
#   scripts/test.sh                      all of them
#   scripts/test.sh rust [FILTER…]       the Rust tests, or with arguments for `cargo nextest run` some of them
#   scripts/test.sh browser [FILTER…]    the browser tests, or with arguments for `playwright test` some of them
#
# A stage that fails does not keep the next from running. The last line says how many tests passed and failed; a stage that
# could not run counts as one failed test. LATCHKEY_TEST_SUMMARY names a file for that line, for whoever prints more after it.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/lib.sh"
. "$here/env.sh"
cd "$LATCHKEY_ROOT" || exit

passed=0
failed=0
notes=
reports=$LATCHKEY_ROOT/build/reports
nextest_report=$LATCHKEY_ROOT/build/nextest/default/junit.xml   # as nextest.toml says

main() {
  local part=all
  case ${1:-all} in
    all) shift $(($# > 0)) ;;
    rust | browser) part=$1 && shift ;;
    *) die "usage: scripts/test.sh [rust|browser [FILTER…]]" ;;
  esac
  mkdir -p "$reports"
  case $part in
    all)
      stage "set-up" nothing_counted "$here/setup.sh" test
      rust_tests
      browser_tests
      ;;
    rust)
      stage "set-up" nothing_counted "$here/setup.sh" test-rust
      rust_tests "$@"
      ;;
    browser)
      stage "set-up" nothing_counted "$here/setup.sh" test-browser
      browser_tests "$@"
      ;;
  esac
  summary
  [ "$failed" = 0 ]
}

# `cargo nextest run` without --workspace: `frontend` is for the browser alone, and building it along would mix features of `app`
# that exclude each other.
rust_tests() {
  stage "Rust tests" count_nextest "$here/with-postgres.sh" \
    cargo nextest run --no-fail-fast --tool-config-file "latchkey:$here/nextest.toml" "$@"
  [ $# -gt 0 ] || stage "documentation tests" count_doc_tests doc_tests
}

doc_tests() {
  cargo test --doc --no-fail-fast 2>&1 | tee "$reports/doc-tests.log"
}

browser_tests() {
  if stage "release build" nothing_counted "$here/build.sh"; then
    stage "browser tests" count_browser playwright "$@"
  else
    broken "browser tests: did not run, since there is no build"
  fi
}

playwright() {
  (cd end2end && CHROMIUM=$(node support/chromium.mjs) node_modules/.bin/playwright test "$@")
}

# --- stages -----------------------------------------------------------------------------------------------------------------

# stage NAME COUNT COMMAND…: runs the command, and then COUNT, which sets `stage_passed` and `stage_failed`.
stage() {
  local name=$1 count=$2 began=$SECONDS status=0 took
  shift 2
  say "" "── $name"
  rm -f "$nextest_report" "$reports/doc-tests.log" "$reports/browser.json"
  "$@" || status=$?
  took=$(seconds $((SECONDS - began)))
  stage_passed=0 stage_failed=0
  $count
  passed=$((passed + stage_passed))
  failed=$((failed + stage_failed))
  if [ "$status" != 0 ] && [ "$stage_failed" = 0 ]; then
    broken "$name: FAILED with code $status after $took"
  elif [ "$count" = nothing_counted ]; then
    note "$name: done in $took"
  elif [ $((stage_passed + stage_failed)) = 0 ] && [ "$count" != count_doc_tests ]; then
    broken "$name: no test ran"
  else
    note "$name: $stage_passed passed, $stage_failed failed in $took"
  fi
  return "$status"
}

note() {
  say "── $1"
  notes="$notes  $1
"
}

broken() {
  failed=$((failed + 1))
  note "$1"
}

summary() {
  say "" "$notes"
  [ -z "${LATCHKEY_TEST_SUMMARY:-}" ] || say "$passed passed, $failed failed" >"$LATCHKEY_TEST_SUMMARY"
  say "$passed passed, $failed failed"
}

# --- counting ---------------------------------------------------------------------------------------------------------------

nothing_counted() { :; }

# <testsuites name="nextest-run" tests="12" failures="1" errors="0" …>
count_nextest() {
  local head tests failures errors
  head=$(grep -m 1 '<testsuites ' "$nextest_report" 2>/dev/null) || return
  tests=$(attribute tests "$head") failures=$(attribute failures "$head") errors=$(attribute errors "$head")
  stage_failed=$((failures + errors))
  stage_passed=$((tests - stage_failed))
}

attribute() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$2"; }

# test result: ok. 3 passed; 0 failed; 1 ignored; …
count_doc_tests() {
  [ -f "$reports/doc-tests.log" ] || return
  stage_passed=$(sum_before passed)
  stage_failed=$(sum_before failed)
}

sum_before() {
  awk -v word="$1;" '/^test result:/ { for (i = 2; i <= NF; i++) if ($i == word) sum += $(i - 1) } END { print sum + 0 }' "$reports/doc-tests.log"
}

count_browser() {
  [ -f "$reports/browser.json" ] || return
  read -r stage_passed stage_failed < <(node -e '
    const { stats } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    if (stats.flaky > 0) console.error(`── ${stats.flaky} passed only at the second try: see "flaky" above`);
    console.log(stats.expected + stats.flaky, stats.unexpected);' "$reports/browser.json")
}

main "$@"
