#!/bin/bash
# nats.sh STOA CONTRACT - the official NATS client against a running suite.
set -euo pipefail
stoa=$1
contract=$2
here=$(cd "$(dirname "$0")/nats" && pwd)
work=$(mktemp -d)
home=$work/home
trap '"$stoa" down --home "$home" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
[ -d "$here/node_modules" ] || npm ci --prefix "$here" --loglevel=error --no-audit --no-fund
"$stoa" up --detach --home "$home" >"$work/up.txt" || { cat "$work/up.txt"; exit 1; }
"$contract" "$home" >"$work/contract.json"
DAEMONS=$(awk '$1 != "NAME" && NF == 3 && $1 != "nats" && $1 != "redis" { print $1 }' "$work/up.txt" | xargs)
export DAEMONS
node "$here/peer.mjs" "$home" "$work/contract.json"
