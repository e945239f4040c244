#!/bin/bash
# kill.sh STOA CROWD - the kill test: members transfer and train through the
# chat while everything is killed; see crowd.c for what must hold.
# SEED=, TRANSFERS=, JOBS=, KILLS= choose another run.
set -euo pipefail
stoa=$1
crowd=$2
work=$(mktemp -d)
home=$work/home
seed=${SEED:-$RANDOM}
trap '"$stoa" down --home "$home" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
echo "kill test, SEED=$seed"
"$stoa" up --detach --home "$home" --accounts-replicas 2 --workers 2 \
	--bot-rate-factor 1000000 >"$work/up.txt" || { cat "$work/up.txt"; exit 1; }

# A small data set: two labels, a few hundred rows.
{
	echo 'text,label'
	for i in $(seq 200); do
		echo "please turn the lights on in room $i,lights"
		echo "play the song number $i again,music"
	done
} >"$work/small.csv"
cid=$("$stoa" run --home "$home" --json "/upload file:$work/small.csv name:small" |
	grep -o 'bafk[a-z2-7]*\|bafy[a-z2-7]*' | head -1)
[ -n "$cid" ] || { echo 'the upload failed'; exit 1; }
community=$("$stoa" verify --home "$home" --verbose | grep -o 'c_[a-z2-7]\{10\}' | head -1)

if ! timeout 420 "$crowd" "$home" "$community" "$cid" "$seed" \
	"${TRANSFERS:-2000}" "${JOBS:-40}" "${KILLS:-40}"; then
	for log in "$home"/logs/*.log; do
		echo "--- $log"
		grep -v '"level":"info"' "$log" | tail -5
	done
	echo "1 passed, 1 failed; again: SEED=$seed make e2e-kill"
	exit 1
fi
"$stoa" verify --home "$home"
echo "2 passed, 0 failed"
