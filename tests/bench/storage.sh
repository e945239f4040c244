#!/bin/bash
# storage.sh TOOL NODE [ROUNDS] - durable adds of 1 GiB, beside hashing the same
# file with openssl and beside the JavaScript importer writing blocks to disk
# without syncing. Rounds are interleaved; medians are compared.
set -eu
tool=$1 node=$2 rounds=${3:-5}
here=$(dirname "$0")
work=$(mktemp -d "${BENCH_DIR:-/tmp}/stoa-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
seed=v1-2025-seed size=1073741824
want=bafybeihmf37wcuvtx4hpu7he5zl5qaf2ineo2lqlfrapokkm5zzw7zyhvm

key=$(printf %s $seed | sha256sum | cut -c1-64)
head -c $size /dev/zero | openssl enc -chacha20 -K "$key" \
	-iv 00000000000000000000000000000000 >"$work/file"

# timed NAME COMMAND...: microseconds into $work/NAME, output to $work/out
timed() {
	local name=$1 start end
	shift
	start=${EPOCHREALTIME/./}
	"$@" >"$work/out" 2>"$work/err"
	end=${EPOCHREALTIME/./}
	echo $((end - start)) >>"$work/$name"
}
median() { sort -n "$work/$1" | sed -n "$(((rounds + 1) / 2))p"; }
expect() {
	if [ "$(cat "$work/out")" != $want ]; then
		echo "wrong CID from $1: $(cat "$work/out" "$work/err")" >&2
		exit 1
	fi
}

for ((i = 0; i < rounds; i++)); do
	timed openssl openssl dgst -sha256 "$work/file"
	rm -rf "$work/store"
	timed stoa "$tool" add "$work/store" "$work/file"
	expect storage_tool
	sed -n 's/^rss_kib=//p' "$work/err" >>"$work/rss"
	rm -rf "$work/store"
	timed js "$node" "$here/../peers/unixfs/peer.mjs" add "$work/file" \
		"$work/blocks"
	expect peer.mjs
	rm -rf "$work/blocks"
done

awk -v o="$(median openssl)" -v s="$(median stoa)" -v j="$(median js)" \
	-v rss="$(sort -n "$work/rss" | tail -1)" -v rounds="$rounds" 'BEGIN {
	g = 1024 * 1e6
	printf "storage: 1 GiB, median of %d\n", rounds
	printf "  openssl dgst -sha256       %6.2f s %6.0f MiB/s\n", o/1e6, g/o
	printf "  durable add                %6.2f s %6.0f MiB/s", s/1e6, g/s
	printf "  RSS %.1f MiB\n", rss / 1024
	printf "  JavaScript, not synced     %6.2f s %6.0f MiB/s\n", j/1e6, g/j
	printf "  against openssl %.2fx (bar 0.90), JavaScript %.2fx (bar 1.50)",
	    o / s, j / s
	ok = o / s >= 0.9 && j / s >= 1.5 && rss <= 65536
	print ok ? "  ok" : "  BELOW THE BAR"
	exit !ok
}'
