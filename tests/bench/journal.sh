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
"$bench" "nats://127.0.0.1:$port" "$work" 0.1 | head -1
