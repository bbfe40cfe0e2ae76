#!/usr/bin/env bash
# Sets up what a task needs, and says what it cannot set up and how to get it:
#
#   scripts/setup.sh run            build and run: the wasm target, cargo-leptos, wasm-bindgen, wasm-opt
#   scripts/setup.sh test-rust      the Rust tests: cargo-nextest, PostgreSQL
#   scripts/setup.sh test-browser   the browser tests: run, Chromium, sqlite3, nginx, the packages of end2end/
#   scripts/setup.sh test           all tests
#   scripts/setup.sh check          test, clippy and rustfmt
#   scripts/setup.sh coverage       test-rust, llvm-tools, cargo-llvm-cov
#
# What is on PATH is used when its version fits; what is missing goes to $LATCHKEY_CACHE/tools, and nothing is changed elsewhere
# but by rustup, and by apt-get where that needs no password. With everything there it takes no time.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/lib.sh"
. "$here/env.sh"

RUST=1.94                # rust-version in Cargo.toml
NODE=20                  # what Playwright needs
CARGO_LEPTOS=0.3.10      # 0.3.11 needs a newer Rust than ours
NEXTEST=0.9.151
NEXTEST_OLDEST=0.9.100
CARGO_LLVM_COV=0.9.1
BINARYEN=132
BINARYEN_OLDEST=116      # older ones do not know the instructions that rustc emits

faults=0

main() {
  local what=${1:-run}
  compilers
  case $what in
    run) wasm_opt_fits || nodejs ;;
    test-browser | test | check) nodejs ;;
    test-rust | coverage) ;;
    *) die "usage: scripts/setup.sh run|test-rust|test-browser|test|check|coverage" ;;
  esac
  # Nothing else can be set up without these.
  [ "$faults" = 0 ] || die "" "Install these first, then run the same command again."
  "for_$(tr - _ <<<"$what")"
  tidy
  [ "$faults" = 0 ] || die "" "Set-up is not complete: see above."
}

for_run() {
  ensure wasm_target_fits add_wasm_target
  ensure cargo_leptos_fits install_cargo_leptos
  ensure wasm_bindgen_fits install_wasm_bindgen
  ensure wasm_opt_fits install_wasm_opt
}

for_test_rust() {
  ensure nextest_fits install_nextest
  postgres
}

for_test_browser() {
  for_run
  ensure end2end_fits install_end2end
  ensure chromium_fits install_chromium
  ensure sqlite_fits install_sqlite
  ensure nginx_fits install_nginx
}

for_test() {
  for_test_rust
  for_test_browser
}

for_check() {
  for_test
  ensure clippy_fits add_clippy
}

for_coverage() {
  for_test_rust
  ensure llvm_tools_fit add_llvm_tools
  ensure llvm_cov_fits install_llvm_cov
}

# --- saying what is missing -------------------------------------------------------------------------------------------------

# missing WHAT WHY DEBIAN FEDORA MACOS
missing() {
  faults=$((faults + 1))
  cat >&2 <<EOF

Missing: $1
  Why:     $2
  Debian:  $3
  Fedora:  $4
  macOS:   $5
EOF
}

# ensure FITS INSTALL: installs what does not fit, one set-up at a time.
ensure() {
  "$1" && return
  local before=$faults
  lock
  if ! "$1" && ! { "$2" && "$1"; } && [ "$faults" = "$before" ]; then
    faults=$((faults + 1))
    say "  failed: ${2//_/ }" >&2
  fi
  unlock
}

# A folder is the one lock that every system makes in one step.
lock() {
  local holder said=
  mkdir -p "$LATCHKEY_CACHE"
  until mkdir "$LATCHKEY_CACHE/setup.lock" 2>/dev/null; do
    holder=$(cat "$LATCHKEY_CACHE/setup.lock/pid" 2>/dev/null || true)
    if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
      rm -rf "$LATCHKEY_CACHE/setup.lock"
      continue
    fi
    [ -n "$said" ] || say "waiting for another set-up (process ${holder:-unknown}) to finish …"
    said=yes
    sleep 1
  done
  echo $$ >"$LATCHKEY_CACHE/setup.lock/pid"
  trap unlock EXIT
  trap 'exit 130' INT TERM HUP
}

unlock() {
  rm -rf "$LATCHKEY_CACHE/setup.lock"
  trap - EXIT
}

# --- long steps -------------------------------------------------------------------------------------------------------------

# long_step FOLDER COMMAND…: in a terminal the command shows its own progress; elsewhere a line every 30 seconds says that it
# lives, and a failure shows the end of what it printed.
long_step() {
  local folder=$1 began=$SECONDS told=$SECONDS status=0 step log
  shift
  if [ -t 2 ]; then
    (cd "$folder" && "$@")
    return
  fi
  log=$(mktemp "${TMPDIR:-/tmp}/latchkey-setup.XXXXXX")
  (cd "$folder" && exec "$@") >"$log" 2>&1 &
  step=$!
  # What runs in the background does not hear Ctrl-C.
  trap 'kill $step; rm -f "$log"; exit 130' INT TERM HUP
  while kill -0 "$step" 2>/dev/null; do
    sleep 0.5
    if [ $((SECONDS - told)) -ge 30 ]; then
      told=$SECONDS
      say "  … $(seconds $((SECONDS - began))): $(last_progress "$log")"
    fi
  done
  wait "$step" || status=$?
  trap 'exit 130' INT TERM HUP
  if [ "$status" = 0 ]; then say "  done in $(seconds $((SECONDS - began)))"; else tail -n 40 "$log" >&2; fi
  rm -f "$log"
  return "$status"
}

last_progress() {
  grep -E '^ *(Compiling|Downloaded|Building|Get:|Unpacking|Setting up)' "$1" | tail -n 1 | sed 's/^ *//'
}

# --- compilers --------------------------------------------------------------------------------------------------------------

compilers() {
  have cc || missing "a C compiler" "SQLite and the TLS library are compiled from C" \
    "apt-get install build-essential" "dnf install gcc make" "xcode-select --install"
  have make || missing "make" "the commands of this project, and the build of OpenSSL inside cargo-leptos" \
    "apt-get install make" "dnf install make" "xcode-select --install"
  rust
}

rust() {
  local rustup="install rustup as rust-lang.org says under \"Install Rust\""
  if ! have cargo || ! have rustc; then
    missing "Rust $RUST or newer" "Latchkey is written in it" "$rustup" "$rustup" "$rustup, or: brew install rustup"
    return
  fi
  local version
  version=$(rustc --version | first_version)
  version_at_least "$version" "$RUST" || missing "Rust $RUST or newer (here: $version)" \
    "SeaORM and Leptos need it" "rustup update stable" "rustup update stable" "rustup update stable"
  sysroot=$(rustc --print sysroot)
}

node_fits() {
  have node && have npm && version_at_least "$(node --version | first_version)" "$NODE"
}

nodejs() {
  node_fits && return
  local found=none
  ! have node || found=$(node --version)
  missing "Node.js $NODE or newer, with npm (here: $found)" "it runs wasm-opt, which makes the pages' code small, and the browser tests" \
    "apt-get install nodejs npm (Debian 13; older: see nodejs.org)" "dnf install nodejs npm" "brew install node"
}

# rustup_add NEEDED-FOR WORDS…
rustup_add() {
  local why=$1
  shift
  if have rustup; then
    say "rustup $*: adding, a few seconds"
    long_step "$LATCHKEY_ROOT" rustup "$@"
  else
    missing "rustup $*" "$why; this Rust was not installed by rustup, so its own package must bring it" \
      "use rustup, or: apt-get install libstd-rust-dev-wasm32 rust-clippy rustfmt" \
      "use rustup, or: dnf install rust-std-static-wasm32-unknown-unknown clippy rustfmt" "use rustup"
    return 1
  fi
}

wasm_target_fits() { [ -d "$sysroot/lib/rustlib/wasm32-unknown-unknown/lib" ]; }
add_wasm_target() { rustup_add "the pages' code runs in the browser" target add wasm32-unknown-unknown; }

clippy_fits() { [ -x "$sysroot/bin/cargo-clippy" ] && [ -x "$sysroot/bin/rustfmt" ]; }
add_clippy() { rustup_add "'make check' lints and formats" component add clippy rustfmt; }

llvm_tools_fit() { [ -n "${LLVM_COV:-}${LLVM_PROFDATA:-}" ] || ls "$sysroot"/lib/rustlib/*/bin/llvm-profdata >/dev/null 2>&1; }
add_llvm_tools() { rustup_add "'make coverage' reads the compiler's coverage data" component add llvm-tools; }

# --- tools written in Rust --------------------------------------------------------------------------------------------------

# Tools are built apart from the project, with settings that make the build quick rather than the tool: thin link-time
# optimisation alone doubles the time of cargo-leptos.
cargo_install() {
  local crate=$1 version=$2
  shift 2
  mkdir -p "$LATCHKEY_TOOLS"
  if have cargo-binstall && long_step "$LATCHKEY_TOOLS" cargo binstall --no-confirm --disable-strategies compile --root "$LATCHKEY_TOOLS" "$crate@$version"; then
    return
  fi
  long_step "$LATCHKEY_TOOLS" env -u CARGO_BUILD_TARGET CARGO_TARGET_DIR="$LATCHKEY_TOOLS/build" \
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_DEBUG=0 \
    cargo install "$crate" --version "$version" --root "$LATCHKEY_TOOLS" "$@"
}

# What compiling the tools left behind, about 2 GB.
tidy() {
  [ ! -d "$LATCHKEY_TOOLS/build" ] || [ -d "$LATCHKEY_CACHE/setup.lock" ] || rm -rf "$LATCHKEY_TOOLS/build"
}

version_of() { "$@" --version 2>/dev/null | head -n 1 | first_version; }

cargo_leptos_fits() {
  have cargo-leptos || return 1
  case $(version_of cargo-leptos) in 0.3.*) ;; *) return 1 ;; esac
}

install_cargo_leptos() {
  # Its copy of OpenSSL is configured by a Perl script.
  perl -MIPC::Cmd -MFindBin -MFile::Compare -e 1 2>/dev/null || {
    missing "Perl with its standard modules" "cargo-leptos compiles OpenSSL" "apt-get install perl" "dnf install perl-core" "brew install perl"
    return 1
  }
  say "cargo-leptos $CARGO_LEPTOS: building from source, about 12 minutes on two cores, the first time only"
  # Without `no_downloads` it would fetch its own wasm-opt where ours is not found; ours is what the build was tested with.
  cargo_install cargo-leptos "$CARGO_LEPTOS" --locked --features no_downloads
}

# The version in Cargo.lock: wasm-bindgen refuses to work with any other.
wasm_bindgen_wanted() {
  awk '/^name = "wasm-bindgen"$/ { getline; gsub(/[^0-9.]/, ""); print; exit }' "$LATCHKEY_ROOT/Cargo.lock"
}

wasm_bindgen_fits() { have wasm-bindgen && [ "$(version_of wasm-bindgen)" = "$(wasm_bindgen_wanted)" ]; }

install_wasm_bindgen() {
  local version
  version=$(wasm_bindgen_wanted)
  [ -n "$version" ] || { say "Cargo.lock does not name wasm-bindgen." >&2 && return 1; }
  say "wasm-bindgen $version: building from source, about 2 minutes, the first time only"
  # Not --locked: the lock file that 0.2.130 was published with does not resolve.
  cargo_install wasm-bindgen-cli "$version" --force
}

nextest_fits() { have cargo-nextest && version_at_least "$(version_of cargo-nextest nextest)" "$NEXTEST_OLDEST"; }

install_nextest() {
  say "cargo-nextest $NEXTEST: building from source, about 8 minutes on two cores, the first time only"
  cargo_install cargo-nextest "$NEXTEST" --locked
}

llvm_cov_fits() { have cargo-llvm-cov; }

install_llvm_cov() {
  say "cargo-llvm-cov $CARGO_LLVM_COV: building from source, about a minute, the first time only"
  cargo_install cargo-llvm-cov "$CARGO_LLVM_COV" --locked
}

# --- tools from npm ---------------------------------------------------------------------------------------------------------

# Ours is known by its package: starting it costs half a second.
wasm_opt_fits() {
  local package=$LATCHKEY_TOOLS/node/node_modules/binaryen/package.json found
  if [ -f "$package" ] && node_fits; then
    found=$(sed -n 's/^ *"version": "\([0-9]*\).*/\1/p' "$package")
  else
    have wasm-opt || return 1
    found=$(version_of wasm-opt)
  fi
  version_at_least "${found:-0}" "$BINARYEN_OLDEST"
}

install_wasm_opt() {
  say "wasm-opt $BINARYEN: installing from npm, a few seconds"
  mkdir -p "$LATCHKEY_TOOLS/node"
  long_step "$LATCHKEY_TOOLS/node" npm install --prefix . --no-audit --no-fund --loglevel error "binaryen@$BINARYEN"
}

end2end_fits() { node_fits && cmp -s "$LATCHKEY_ROOT/end2end/package-lock.json" "$LATCHKEY_ROOT/end2end/node_modules/.installed"; }

install_end2end() {
  say "browser tests: installing their npm packages, a few seconds"
  local folder=$LATCHKEY_ROOT/end2end
  long_step "$folder" npm ci --no-audit --no-fund --loglevel error && cp "$folder/package-lock.json" "$folder/node_modules/.installed"
}

# --- programs of the system -------------------------------------------------------------------------------------------------

apt_install() {
  local as_root=
  [ "$(id -u)" = 0 ] || as_root=sudo
  long_step / $as_root apt-get update -q &&
    long_step / $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

postgres() {
  [ -z "${LATCHKEY_TEST_POSTGRES_URL:-}" ] || return 0
  postgres_fits && return
  if can_use_apt; then
    ensure postgres_fits install_postgres
  else
    missing "PostgreSQL 14 or newer" "every test of storage runs on SQLite and on PostgreSQL (or set LATCHKEY_TEST_POSTGRES_URL to a server's address, or PG_BIN to the folder of initdb)" \
      "apt-get install postgresql" "dnf install postgresql-server" "brew install postgresql@17"
  fi
}

postgres_fits() { find_postgres >/dev/null; }

install_postgres() {
  say "PostgreSQL: installing with apt-get, about a minute (the tests start their own, apart from the system's)"
  apt_install postgresql
}

chromium_fits() {
  node_fits && node "$LATCHKEY_ROOT/end2end/support/chromium.mjs" >/dev/null
}

install_chromium() {
  local package
  for package in chromium-headless-shell chromium; do
    if can_use_apt && apt-cache show "$package" >/dev/null 2>&1; then
      say "Chromium: installing with apt-get, about a minute"
      apt_install "$package" && return
    fi
  done
  if [ -x "$LATCHKEY_ROOT/end2end/node_modules/.bin/playwright" ]; then
    say "Chromium: downloading Playwright's own, about a minute"
    long_step "$LATCHKEY_ROOT/end2end" node_modules/.bin/playwright install chromium && return
  fi
  missing "Chromium or Chrome" "the browser tests drive it (or set CHROMIUM to its path)" \
    "apt-get install chromium" "dnf install chromium" "brew install --cask chromium"
  return 1
}

sqlite_fits() { have sqlite3; }

install_sqlite() {
  if can_use_apt; then
    say "sqlite3: installing with apt-get, a few seconds"
    apt_install sqlite3 && return
  fi
  missing "the command sqlite3" "browser tests set the clock of an invitation or a session back with it, since they cannot wait" \
    "apt-get install sqlite3" "dnf install sqlite" "brew install sqlite"
  return 1
}

# Some systems keep it where only root's PATH leads; the test looks there too.
nginx_fits() { have nginx || [ -x /usr/sbin/nginx ]; }

install_nginx() {
  if can_use_apt; then
    say "nginx: installing with apt-get, a few seconds (the tests start their own, apart from the system's)"
    apt_install nginx && return
  fi
  missing "nginx" "a browser test lets it ask Latchkey before every request, as a gateway does" \
    "apt-get install nginx" "dnf install nginx" "brew install nginx"
  return 1
}

main "$@"
