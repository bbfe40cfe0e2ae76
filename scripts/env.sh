# shellcheck shell=bash
# Where tools and build products are. Every script and every recipe of the Makefile sources this file first:
#
#   . scripts/env.sh && cargo nextest run
#
#   LATCHKEY_CACHE      what is kept between clones; ~/.cache/latchkey unless set
#   CARGO_TARGET_DIR    Cargo's build folder; $LATCHKEY_CACHE/target unless set

LATCHKEY_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
LATCHKEY_CACHE=${LATCHKEY_CACHE:-${XDG_CACHE_HOME:-${HOME:-~}/.cache}/latchkey}
LATCHKEY_TOOLS=$LATCHKEY_CACHE/tools

use_path() {
  case ":$PATH:" in
    *":$LATCHKEY_TOOLS/bin:"*) ;;
    *) PATH=$LATCHKEY_TOOLS/bin:$LATCHKEY_TOOLS/node/node_modules/.bin:$PATH ;;
  esac
  # A shell that was open while rustup installed does not know its folder yet.
  command -v cargo >/dev/null 2>&1 || PATH=$PATH:${CARGO_HOME:-${HOME:-~}/.cargo}/bin
}

# Clones share one build folder, so that a second clone compiles no dependency again. Cargo does not tell the crates of two
# clones apart: it compares only times, and would run the other clone's code when that was built after this one's files were
# written. So whoever takes the folder over from another clone makes its own sources newer than everything in it, and a clone
# that finds it in use by another takes a folder of its own.
claim_target() {
  local shared=$LATCHKEY_CACHE/target last=
  mkdir -p "$shared/.clones"
  if target_used_by_another "$shared"; then
    CARGO_TARGET_DIR=$shared-$(printf '%s' "$LATCHKEY_ROOT" | cksum | cut -d ' ' -f 1)
    echo "latchkey: another clone is building in $shared; this one uses $CARGO_TARGET_DIR" >&2
    return
  fi
  [ ! -f "$shared/.clones/last" ] || read -r last <"$shared/.clones/last" || true
  [ -z "$last" ] || [ "$last" = "$LATCHKEY_ROOT" ] || touch_sources
  printf '%s\n' "$LATCHKEY_ROOT" >"$shared/.clones/last"
  printf '%s\n' "$LATCHKEY_ROOT" >"$shared/.clones/$$"
  CARGO_TARGET_DIR=$shared
}

target_used_by_another() {
  local claim owner
  for claim in "$1"/.clones/[0-9]*; do
    [ -f "$claim" ] || continue
    if ! kill -0 "${claim##*/}" 2>/dev/null; then
      rm -f "$claim"
    elif read -r owner <"$claim" && [ "$owner" != "$LATCHKEY_ROOT" ]; then
      return 0
    fi
  done
  return 1
}

touch_sources() {
  find "$LATCHKEY_ROOT" \( -name .git -o -name node_modules -o -path "$LATCHKEY_ROOT/build" -o -path "$LATCHKEY_ROOT/target" \) \
    -prune -o -type f -exec touch -c {} +
}

# For a script that goes on without building, such as one that becomes the server.
release_target() {
  rm -f "$LATCHKEY_CACHE/target/.clones/$$"
}

use_path
[ -n "${CARGO_TARGET_DIR:-}" ] || claim_target
export LATCHKEY_CACHE CARGO_TARGET_DIR PATH
