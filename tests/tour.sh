#!/bin/bash
# tour.sh STOA - starts the suite and shows one whole journey on real data:
# upload a data set, train, look at the model, ask it. On a terminal it leaves
# you at the chat prompt; otherwise it stops everything and ends.
set -euo pipefail
stoa=$1
home=${STOA_HOME:-./data}
here=$(cd "$(dirname "$0")/.." && pwd)
sample=$here/docs/samples/clinc150
export STOA_HOME=$home

started=
stop() { [ -z "$started" ] || "$stoa" down --home "$home" >/dev/null || true; }
trap stop EXIT
say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n== %s\n' "$*"; }

chain=${CHAIN:-embedded}
[ "$chain" != devnet ] || "$here/contracts/tools/devnet.sh" "$home"
"$stoa" up --detach --home "$home" --chain="$chain"
started=yes

say "1. A data set: 150 intents of real questions (CLINC150), put into content-addressed storage"
upload=$("$stoa" run --json "/upload file:$sample name:clinc150")
cid=$(printf '%s' "$upload" | grep -o 'bafy[a-z2-7]*' | head -1)
[ -n "$cid" ] || { echo "the upload gave no CID: $upload" >&2; exit 1; }
echo "dataset $cid"

say "2. /train, on this machine, within a budget that is held first"
"$stoa" run "/train dataset:$cid parameters:{\"epochs\": 10, \"batch_size\": 32} name:intents"
model=$("$stoa" run --json "/models" | grep -o 'm_[a-z2-7]\{10\}' | head -1)
[ -n "$model" ] || { echo "there is no model" >&2; exit 1; }

say "3. The model, with its measured quality and where it comes from"
"$stoa" run "/model id:$model"

say "4. Questions it has never seen"
for question in \
	"how do I say thank you in japanese" \
	"my card was declined at the supermarket, why" \
	"what is the airspeed velocity of an unladen swallow"; do
	printf '\n> %s\n' "$question"
	"$stoa" run "/ask model:$model question:\"$question\""
done

if [ -t 0 ] && [ -t 1 ]; then
	say "Your turn. /help lists the commands; Ctrl-D leaves, the suite goes on (stop it with: $stoa down --home $home)"
	started=
	exec "$stoa" chat --home "$home"
fi
say "Done. In a terminal, make run leaves you at the chat prompt."
