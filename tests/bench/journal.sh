#!/bin/bash
# journal.sh BENCH - a private broker for tests/bench/journal.c.
set -euo pipefail
bench=$1
work=$(mktemp -d)
port=$((20000 + RANDOM % 20000))
cat >"$work/nats.conf" <<C
listen: "127.0.0.1:$port"
jetstream { store_dir: "$work/js", max_mem: 256M, max_file: 20G }
C
nats=$(command -v nats-server || echo /usr/sbin/nats-server)
"$nats" -c "$work/nats.conf" >"$work/nats.log" 2>&1 &
broker=$!
trap 'kill $broker; wait $broker 2>/dev/null || true; rm -rf "$work"' EXIT
"$(dirname "$bench")/../provision" "nats://127.0.0.1:$port"
"$bench" "nats://127.0.0.1:$port" "$work" "${SECONDS_EACH:-2}"
rm "$work/bench.copy"
# A million records, one command each: read again from the own copy, then with
# the copy gone from the stream.
stream_delete() { kill $broker; wait $broker 2>/dev/null || true; rm -rf "$work/js"
	"$nats" -c "$work/nats.conf" >>"$work/nats.log" 2>&1 & broker=$!
	"$(dirname "$bench")/../provision" "nats://127.0.0.1:$port"; }
stream_delete
"$bench" "nats://127.0.0.1:$port" "$work" fill "${RECORDS:-1000000}"
echo "from the own copy:"
"$bench" "nats://127.0.0.1:$port" "$work" replay | grep replay
rm "$work/bench.copy"
echo "from the stream:"
"$bench" "nats://127.0.0.1:$port" "$work" replay | grep replay
