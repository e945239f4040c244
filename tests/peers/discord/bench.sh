#!/bin/bash
# bench.sh NODE [EVENTS] [FOLDER] - the JavaScript clients take one recording.
set -euo pipefail
node=$1
events=${2:-200000}
here=$(cd "$(dirname "$0")" && pwd)
work=${3:-$(mktemp -d)}
server=
end() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	[ "$work" = "${kept:-}" ] || rm -rf "$work"
}
trap end EXIT
if [ $# -ge 3 ]; then kept=$work; fi
[ -f "$work/info.json" ] || "$node" "$here/record.mjs" "$work" "$events" 1
run() { # compression, client and its arguments
	local compress=$1 client=$2
	shift 2
	coproc REPLAY { exec "$node" "$here/replay.mjs" "$work" --compress "$compress"; }
	server=$REPLAY_PID
	read -r line <&"${REPLAY[0]}"
	api=$(sed 's/.*"api":"\([^"]*\)".*/\1/' <<<"$line")
	timeout 300 "$node" "$here/$client" "$api" "$@"
	kill "$server"
	wait "$server" 2>/dev/null || true
	server=
}
run plain bench-discordjs.mjs
run zlib-stream bench-ws.mjs zlib-stream
run zstd-stream bench-ws.mjs zstd-stream
