#!/usr/bin/env bash
# Builds Latchkey when that is needed and runs it; arguments go to `latchkey serve`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/lib.sh"
. "$here/env.sh"
cd "$LATCHKEY_ROOT"

if [ ! -x build/latchkey ]; then
  cat <<'TEXT'
Setting up and building Latchkey, then running it. The first time this takes about 30 minutes on two cores, most of it
compiling; the next time it starts at once.
TEXT
fi
"$here/setup.sh" run
"$here/build.sh"
release_target
# A developer's server is not the one that this machine may have besides.
[ -e latchkey.toml ] || export LATCHKEY_CONFIG="${LATCHKEY_CONFIG:-/dev/null}"
exec ./build/latchkey serve "$@"
