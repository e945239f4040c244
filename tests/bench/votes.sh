#!/bin/bash
# votes.sh STOA VOTERS VOTES_PG - durable votes a second end to end through the
# RPC (synced copy and the broker's answer), beside the same ballot as one
# INSERT in PostgreSQL with its default durability. VOTES= sets how many.
set -euo pipefail
stoa=$1 voters=$2 pg=$3
votes=${VOTES:-20000}
work=$(mktemp -d)
home=$work/home
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1 || true)
as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
clean() {
	"$stoa" down --home "$home" >/dev/null 2>&1 || true
	[ -z "$bin" ] || [ ! -d "$work/pg" ] ||
		as "$bin/pg_ctl" -D "$work/pg" -m fast stop >/dev/null 2>&1 || true
	rm -rf "$work"
}
trap clean EXIT
"$stoa" up --detach --home "$home" --workers 0 >"$work/up.txt"
echo 'stoa-governance, one replica:'
for at_once in 1 16 64; do
	echo "  $("$voters" "$home" "c_votes$at_once" 1000 20 \
		$((at_once == 1 ? votes / 4 : votes)) "$at_once")"
done
pid=$(awk '$1 == "governance" { print $2 }' "$home/run/pids")
echo "  resident after them: $(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status") kB"
"$stoa" down --home "$home" >/dev/null
[ -n "$bin" ] || { echo 'PostgreSQL: not installed (package postgresql), nothing to compare'; exit 0; }
chmod 755 "$work"
mkdir "$work/pg" "$work/run"
[ "$(id -u)" != 0 ] || chown postgres "$work/pg" "$work/run"
as "$bin/initdb" -D "$work/pg" -A trust >/dev/null
as "$bin/pg_ctl" -D "$work/pg" -w -l "$work/pg/log" \
	-o "-k $work/run -c listen_addresses= -c max_connections=100" start >/dev/null
echo "PostgreSQL $("$bin/postgres" --version | awk '{ print $3 }'), default durability:"
user=$([ "$(id -u)" = 0 ] && echo postgres || id -un)
for at_once in 1 16 64; do
	echo "  $("$pg" "host=$work/run dbname=postgres user=$user" "$at_once" \
		$((at_once == 1 ? votes / 4 : votes)))"
done
