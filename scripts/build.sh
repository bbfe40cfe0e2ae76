#!/usr/bin/env bash
# Builds what users get: build/site (the pages' code and styles) and build/latchkey (the server, with the site inside).
# Does nothing when both are newer than every source.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/lib.sh"
. "$here/env.sh"
cd "$LATCHKEY_ROOT"

BUILT=build/.built   # written by the last good build: its compiler; as old as the moment that build began

main() {
  if is_fresh; then
    say "build/latchkey is up to date."
    return
  fi
  say "Building build/latchkey: about 15 minutes on two cores the first time, a minute or two after a change."
  mkdir -p build
  rm -f "$BUILT"
  rustc --version >build/.began
  # Files of earlier builds have other names (each carries the hash of what is in it) and would be built into the server too.
  rm -rf build/site
  cargo leptos build --release --precompress --split
  # A running server keeps the file that it was started from.
  cp "$CARGO_TARGET_DIR/release/latchkey" build/latchkey.new
  mv build/latchkey.new build/latchkey
  mv build/.began "$BUILT"
}

is_fresh() {
  [ -x build/latchkey ] && [ -d build/site ] && [ "$(cat "$BUILT" 2>/dev/null)" = "$(rustc --version)" ] && [ -z "$(newer_source)" ]
}

# Folders count too: a deleted file makes its folder newer.
newer_source() {
  find . \( -name .git -o -name node_modules -o -path ./build -o -path ./target -o -path ./end2end -o -path ./scripts \
    -o -path ./.ci -o -path ./docs -o -path ./bench -o -path ./deploy -o -path ./graphiql -o -name tests \) -prune \
    -o ! -name . ! -name '*.md' -newer "$BUILT" -print -quit
}

main
