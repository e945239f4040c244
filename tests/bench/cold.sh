#!/bin/bash
# cold.sh STOA VOTERS - how long governance is away when it is killed with many
# votes in its journal: from kill -9 until it serves again, with a snapshot
# and from the bare log. VOTES= sets how many.
set -euo pipefail
stoa=$1 voters=$2
votes=${VOTES:-1000000}
home=$(mktemp -d)/home
trap '"$stoa" down --home "$home" >/dev/null 2>&1; rm -rf "${home%/home}"' EXIT
"$stoa" up --detach --home "$home" --workers 0 >/dev/null
echo "$votes votes: $("$voters" "$home" c_cold 1000 20 "$votes" 64)"
copy=$home/journal/governance-0.copy
snapshot=$home/journal/governance-0.snapshot
pid() { awk '$1 == "governance" { print $2 }' "$home/run/pids"; }
metric() {
	curl -s --unix-socket "$home/run/governance.sock" http://x/metrics |
		awk -v name="$1" '$1 == name { print $2 }'
}
# A writer of a snapshot is done when nothing is aside.
settle() { while [ -e "$snapshot.new" ]; do sleep 0.2; done; }
restart() {
	local old=$(pid) began
	began=$(date +%s%3N)
	kill -9 "$old"
	for ((i = 0; i < 3000; i++)); do
		if [ "$(pid)" != "$old" ] && [ "$(metric stoa_ready || true)" = 1 ]; then
			break
		fi
		sleep 0.01
	done
	[ "$(metric stoa_ready || true)" = 1 ] || {
		echo "  $1: not serving after $(($(date +%s%3N) - began)) ms"
		exit 1
	}
	echo "  $1: serving again after $(($(date +%s%3N) - began)) ms," \
		"$(metric stoa_journal_snapshot_bytes) of $(stat -c %s "$copy") bytes not read," \
		"$(awk '/^VmRSS/ { print $2 }' "/proc/$(pid)/status") kB resident"
	sleep 11 # until it counts as having lived
}
settle
echo "  snapshot: $(stat -c %s "$snapshot") bytes"
restart 'snapshot and tail'
restart 'snapshot and tail'
settle
rm -f "$snapshot"
restart 'bare log'
settle
rm -f "$snapshot"
restart 'bare log'
