#!/usr/bin/env bash
# Builds without optimisation, runs the server, and does both again whenever a source changes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/env.sh"
cd "$LATCHKEY_ROOT"

"$here/setup.sh" run
# It writes its own pages into build/site, which therefore no longer belong to build/latchkey.
rm -f build/.built
exec cargo leptos watch --split -- serve "$@"
