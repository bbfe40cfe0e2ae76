#!/usr/bin/env bash
# Measures build/latchkey and prints a table; bench/README.md tells how.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

cargo build --quiet --release --package latchkey-domain --example hash_rate
cargo build --quiet --release --package latchkey-bench
release=$CARGO_TARGET_DIR/release
export HASH_RATE=$release/examples/hash_rate LOAD=$release/load BARE_ENDPOINT=$release/bare-endpoint
exec node bench/run.mjs "$@"
