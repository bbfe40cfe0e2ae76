# shellcheck shell=bash
# What the scripts have in common: saying things, comparing versions, finding PostgreSQL. Written for bash 3.2, which is what
# macOS has.

# Each argument on a line of its own.
say() { printf '%s\n' "$@"; }

die() {
  printf '%s\n' "$@" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# version_at_least HAVE WANT: are the first three numbers of HAVE those of WANT or greater?
version_at_least() {
  awk -v have="$1" -v want="$2" 'BEGIN {
    split(have, h, "."); split(want, w, ".")
    for (i = 1; i <= 3; i++) if (h[i] + 0 != w[i] + 0) exit (h[i] + 0 < w[i] + 0)
  }'
}

# The first thing on standard input that looks like a version: 1.95.0, 132
first_version() { sed -n 's/^[^0-9]*\([0-9][0-9.]*\).*/\1/p' | head -n 1; }

# seconds 75 -> 1 min 15 s
seconds() {
  if [ "$1" -ge 60 ]; then printf '%d min %d s' $(($1 / 60)) $(($1 % 60)); else printf '%d s' "$1"; fi
}

# Runs the rest of the line, and ends it after so many seconds. (macOS has no `timeout`.)
limited() {
  local limit=$1 job watch status=0
  shift
  "$@" &
  job=$!
  (sleep "$limit" && kill "$job") >/dev/null 2>&1 &
  watch=$!
  wait "$job" || status=$?
  kill "$watch" 2>/dev/null || true
  return "$status"
}

# The folder of a PostgreSQL server's programs; fails where there is none.
find_postgres() {
  local folder
  while read -r folder; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
      printf '%s\n' "$folder"
      return 0
    fi
  done <<EOF
${PG_BIN:-}
$(pg_config --bindir 2>/dev/null)
$(newest_first /usr/lib/postgresql/*/bin)
$(newest_first /usr/pgsql-*/bin)
$(newest_first /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin)
$(dirname "$(command -v initdb 2>/dev/null || echo /)")
EOF
  return 1
}

newest_first() { printf '%s\n' "$@" | sort -r -t / -k 5; }

can_use_apt() { have apt-get && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; }
