#!/usr/bin/env bash
# Measures which lines the Rust tests run: a table here, build/coverage/lcov.info for an editor. Fails under 80 in 100.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/lib.sh"
. "$here/env.sh"
cd "$LATCHKEY_ROOT"

LEAST=80
# What is counted: contract, domain, server and app, without their tests.
LEFT_OUT='/(tests|testkit|migrations|frontend)/'

"$here/setup.sh" coverage
mkdir -p build/coverage
say "Building again with counters, about 10 minutes on two cores the first time."
cargo llvm-cov clean --workspace
"$here/with-postgres.sh" cargo llvm-cov --no-report nextest --no-fail-fast
# Tests that kill a server leave a profile that was half written: one of those is left out, and the others count.
cargo llvm-cov report --failure-mode all --ignore-filename-regex "$LEFT_OUT" --lcov --output-path build/coverage/lcov.info
cargo llvm-cov report --failure-mode all --ignore-filename-regex "$LEFT_OUT" --summary-only --fail-under-lines "$LEAST"
