#!/usr/bin/env bash
# Measures build/latchkey and prints a table; bench/README.md tells how.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

alone=$(cargo run --quiet --release --package latchkey-domain --example hash_rate)
HASHES_ALONE=$alone exec node bench/run.mjs "$@"
