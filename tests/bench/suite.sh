#!/bin/bash
# suite.sh STOA LEDGER CONSOLE - start-up time, idle memory, latencies.
set -euo pipefail
stoa=$1 ledger=$2 console=$3
work=$(mktemp -d)
home=$work/home
trap '"$stoa" down --home "$home" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
for round in first second third; do
	"$stoa" up --detach --home "$home" --bot-rate-factor 1000000 >"$work/up.txt"
	echo "$round start: $(grep -o 'all ready in [0-9]* ms' "$work/up.txt")"
	[ $round = third ] || "$stoa" down --home "$home" >/dev/null
done
sleep 2
total=0
while read -r name pid _; do
	pss=$(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup")
	printf '  %-10s %6d kB PSS\n' "$name" "$pss"
	case $name in nats | redis) ;; *) total=$((total + pss)) ;; esac
done <"$home/run/pids"
echo "Stoa's daemons, idle: $((total / 1024)) MiB PSS"
"$ledger" "$home" open c_benchaaaaa >/dev/null
echo "RPC, one at a time: $("$ledger" "$home" balance c_benchaaaaa 5000)"
"$console" "$home" 2000 /balance
"$console" "$home" 2000 '/transfer to:u_aaaaaaaaaa amount:1'
