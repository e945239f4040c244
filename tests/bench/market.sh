#!/bin/bash
# market.sh STOA BUYERS BUYERS_PG - durable purchases a second on the embedded
# profile: price set aside, model moved, four paid, each in a journal of its own
# (synced copy and the broker's answer); beside one transaction of the same shape
# in PostgreSQL with its default durability. PURCHASES= sets how many.
set -euo pipefail
stoa=$1 buyers=$2 pg=$3
purchases=${PURCHASES:-3000}
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
printf 'text,label\nlights on,lights\nplay it,music\n' >"$work/small.csv"
cid=$(STOA_HOME=$home "$stoa" run --json "/upload file:$work/small.csv name:small" |
	grep -o 'baf[a-z2-7]\{40,\}' | head -1)
echo 'stoa-marketplace and stoa-accounts, one replica each:'
for at_once in 1 16 64; do
	line=$("$buyers" "$home" "c_fair$at_once" "$cid" "$at_once" \
		$((at_once == 1 ? purchases / 20 : purchases)))
	echo "  $line"
done
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
		$((at_once == 1 ? purchases / 4 : purchases)))"
done
