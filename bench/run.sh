#!/usr/bin/env bash
# Measures build/latchkey and prints a table; bench/README.md tells how.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

cargo build --quiet --release --package latchkey-domain --example hash_rate
HASH_RATE=$CARGO_TARGET_DIR/release/examples/hash_rate exec node bench/run.mjs "$@"
