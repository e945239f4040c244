#!/bin/bash
# ballots.sh STOA VOTERS - 500 members cast at least 5,000 ballots over 50
# proposals while both replicas of governance and the broker are killed; then
# the journal is proven, and the votes are counted again from a bundle.
# SEED=, KILLS= choose another run.
set -euo pipefail
stoa=$1 voters=$2
work=$(mktemp -d)
home=$work/home
seed=${SEED:-$RANDOM}
passed=0
trap '"$stoa" down --home "$home" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
ok() {
	passed=$((passed + 1))
	echo "ok   $1"
}
fail() {
	echo "FAIL $1; again: SEED=$seed make e2e-ballots"
	for log in "$home"/logs/*.log; do
		echo "--- $log"
		grep -v '"level":"info"' "$log" | tail -5
	done
	exit 1
}
echo "ballots under fire, SEED=$seed"
"$stoa" up --detach --home "$home" --governance-replicas 2 --workers 0 \
	>"$work/up.txt" || { cat "$work/up.txt"; exit 1; }
timeout 240 "$voters" "$home" c_fireaaaaaa 500 50 5000 64 "${KILLS:-15}" \
	"$seed" || fail 'every ballot once, every tally that of the ballots'
ok 'every ballot once, every tally that of the ballots'
"$stoa" verify --home "$home" >"$work/verify.txt" ||
	{ cat "$work/verify.txt"; fail 'the journals are whole'; }
ok 'the journals are whole, both replicas agree'
"$stoa" export --home "$home" --community c_fireaaaaaa --out "$work/bundle" \
	>"$work/export.txt" || fail 'the journal is exported'
for number in 1 25 50; do
	"$stoa" verify proposal "#$number" --home "$home" \
		--bundle "$work/bundle" >"$work/vote.txt" ||
		{ cat "$work/vote.txt"; fail "proposal $number is counted again"; }
	ok "proposal $number is counted again from the bundle"
done
# Killed once more, both begin from a snapshot, and have the same heads.
spared() {
	curl -s --unix-socket "$home/run/$1.sock" http://x/metrics |
		awk '$1 == "stoa_journal_snapshot_bytes" && $2 > 0 { found = 1 }
			END { exit !found }'
}
for replica in 0 1; do
	name=governance$([ "$replica" = 0 ] || echo "-$replica")
	"${stoa%/*}/stoa-governance" --home "$home" --replica "$replica" \
		--write-snapshot || fail "a snapshot of $name is written"
	kill -9 "$(awk -v n="$name" '$1 == n { print $2 }' "$home/run/pids")"
	for ((i = 0; i < 200; i++)); do
		if spared "$name"; then break; fi
		sleep 0.1
	done
	spared "$name" || fail "$name begins from its snapshot"
done
"$stoa" verify --home "$home" >"$work/verify.txt" ||
	{ cat "$work/verify.txt"; fail 'what began from snapshots is the same'; }
ok 'what began from snapshots is the same'
# A byte in the middle of the bundle: a ballot, most likely.
size=$(stat -c %s "$work/bundle")
printf '\377' | dd of="$work/bundle" bs=1 seek=$((size / 2)) conv=notrunc status=none
if "$stoa" verify proposal '#1' --home "$home" --bundle "$work/bundle" >"$work/vote.txt"; then
	fail 'a changed bundle is refused'
fi
grep -q 'NOT verified' "$work/vote.txt" || fail 'a changed bundle is refused by name'
ok 'a changed bundle is refused'
echo "$passed passed, 0 failed"
