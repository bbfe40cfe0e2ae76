#!/bin/sh
# Backs up the PostgreSQL database of deploy/compose.yaml into one file, checks it, and keeps those of two weeks.
#
#   sudo install -m 755 deploy/backup-postgres.sh /etc/cron.daily/latchkey-backup
#
# COMPOSE is where compose.yaml is, FOLDER where backups go; better on another disk, and copied to another machine. METRICS is the folder
# that node_exporter reads (`--collector.textfile.directory`); where it is there, Prometheus learns when the last good one was made.
set -eu
umask 077

COMPOSE=${COMPOSE:-/opt/latchkey/deploy/compose.yaml}
FOLDER=${FOLDER:-/var/backups/latchkey}
METRICS=${METRICS:-/var/lib/prometheus/node-exporter}

in_postgres() {
  docker compose --file "$COMPOSE" exec --no-TTY postgres "$@"
}

mkdir -p "$FOLDER"
new=$FOLDER/latchkey-$(date -u +%Y%m%dT%H%M%SZ).dump
trap 'rm -f "$new.part"' EXIT
in_postgres pg_dump --username=latchkey --format=custom latchkey >"$new.part"
# Read to its end: the table of contents stands at the beginning, so one that was cut off has it too.
in_postgres pg_restore --file=/dev/null <"$new.part"
sync "$new.part"
mv "$new.part" "$new"
if [ -d "$METRICS" ]; then
  told=$METRICS/latchkey-backup.prom
  cat >"$told.part" <<END
# HELP latchkey_postgres_backup_last_success_timestamp_seconds When the last good backup was made, in seconds since 1970.
# TYPE latchkey_postgres_backup_last_success_timestamp_seconds gauge
latchkey_postgres_backup_last_success_timestamp_seconds $(date +%s)
END
  chmod 644 "$told.part"
  mv "$told.part" "$told"
fi
find "$FOLDER" -maxdepth 1 -type f -name 'latchkey-*.dump' -mtime +14 -delete
