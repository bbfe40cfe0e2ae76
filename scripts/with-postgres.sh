#!/usr/bin/env bash
# Runs a command with a throwaway PostgreSQL, whose address is in LATCHKEY_TEST_POSTGRES_URL:
#
#   scripts/with-postgres.sh cargo nextest run
#
# The server lives in a temporary folder, listens on 127.0.0.1 alone, and is stopped and removed when the command ends. Nothing
# in it needs to survive, so it never waits for the disk. With LATCHKEY_TEST_POSTGRES_URL set already, that server is used.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/lib.sh"

[ $# -gt 0 ] || die "usage: scripts/with-postgres.sh COMMAND…"
[ -z "${LATCHKEY_TEST_POSTGRES_URL:-}" ] || exec "$@"

bin=$(find_postgres) || die "PostgreSQL was not found; scripts/setup.sh test says how to get it."
folder=$(mktemp -d "${TMPDIR:-/tmp}/latchkey-pg.XXXXXX")
data=$folder/data

# PostgreSQL refuses to run as root.
as_server() {
  if [ "$(id -u)" != 0 ]; then
    "$@"
  elif have runuser; then
    runuser -u "$user" -- "$@"
  else
    sudo -u "$user" -- "$@"
  fi
}

# Called by the trap below.
# shellcheck disable=SC2317
stop() {
  # Its programs complain when the folder they stand in is closed to their user.
  cd /
  [ ! -f "$data/postmaster.pid" ] || as_server "$bin/pg_ctl" stop --pgdata "$data" --mode immediate --silent >/dev/null 2>&1 || true
  rm -rf "$folder"
}

create() {
  if [ "$(id -u)" = 0 ]; then
    user=nobody
    ! id postgres >/dev/null 2>&1 || user=postgres
    chown "$user" "$folder"
  fi
  cd "$folder"
  as_server "$bin/initdb" --pgdata "$data" --username postgres --auth trust --encoding UTF8 --locale C --no-sync >"$folder/initdb.log" 2>&1 ||
    { cat "$folder/initdb.log" >&2 && die "initdb failed"; }
}

# Whether a port is free is known for certain only by taking it, so a taken one means another try.
start() {
  local try
  for try in 1 2 3 4 5 6 7 8 9 10; do
    port=$((20000 + RANDOM % 12000))
    if as_server "$bin/pg_ctl" start --pgdata "$data" --wait --silent --log "$data/server.log" --options \
      "-p $port -k $folder -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300" \
      >/dev/null 2>&1; then
      return
    fi
    grep -q -E 'could not (bind|create any TCP/IP)' "$data/server.log" || break
    rm -f "$data/server.log"
  done
  cat "$data/server.log" >&2 || true
  die "PostgreSQL did not start (tried $try ports)"
}

trap stop EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
where=$PWD
create
start
cd "$where"
export LATCHKEY_TEST_POSTGRES_URL=postgres://postgres@127.0.0.1:$port/postgres
status=0
"$@" || status=$?
exit "$status"
