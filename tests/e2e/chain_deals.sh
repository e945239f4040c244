#!/bin/bash
# chain_deals.sh STOA TERMINAL TRADERS - sales and leases of many models at once
# on a chain of its own, while every daemon, the broker and the way to the chain
# are killed, and blocks go away. Every deal ends, nobody pays or is paid twice,
# and what the journals say is what the chain says, read from nothing.
# MODELS=, MEMBERS=, DEALS=, KILLS=, REORG= (deepest), SEED= choose another run.
. "$(dirname "$0")/members.sh" "$1" "$2"
traders=$3
models=${MODELS:-6} people=${MEMBERS:-8} deals=${DEALS:-24} kills=${KILLS:-6}
reorg=${REORG:-0} seed=${SEED:-$RANDOM}
bin=$PWD/contracts/node_modules/@foundry-rs
cast() { ETH_RPC_URL=$url "$bin/cast-linux-amd64/bin/cast" "$@"; }
rich=0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266
echo "deals under fire, SEED=$seed"
slots=1
if [ "$reorg" -gt 0 ]; then slots=$((reorg / 2 + 1)); fi
contracts/tools/devnet.sh "$STOA_HOME" >"$work/devnet.txt" || { cat "$work/devnet.txt"; exit 1; }
"$stoa" up --detach --chain devnet --chain-epoch $slots \
	--bot-rate-factor 1000 --governance-pace 100000 >"$work/up.txt" ||
	{ cat "$work/up.txt" "$STOA_HOME"/logs/chain.log; exit 1; }
url=$(cat "$STOA_HOME/chain/url")
joy=$(node -p "JSON.parse(require('fs').readFileSync('$STOA_HOME/chain/manifest.json')).contracts.JoyToken.address")

# Blocks come fast, so that one is final after seconds all the same.
reorganise() {
	local n=0
	while sleep 0.4; do
		cast rpc anvil_mine 0x4 >/dev/null 2>&1 || true
		n=$((n + 1))
		if [ $((n % 8)) = 0 ]; then
			cast rpc anvil_reorg $((RANDOM % reorg + 1)) '[]' >/dev/null 2>&1 &&
				echo fork >>"$work/forks"
		fi
	done
}

names=() ids=()
for ((i = 0; i < people; i++)); do
	names+=("m$(printf "\\x$(printf %x $((97 + i)))")")
done
for who in "${names[@]}"; do
	ids+=("$(says "$who" /balance | grep -o 'u_[a-z2-7]\{10\}' | head -1)")
	account=$(says "$who" /deposit | grep -o '0x[0-9a-fA-F]\{40\}' | head -1)
	cast send "$joy" 'transfer(address,uint256)' "$account" "$(cast to-wei 1000)" \
		--from $rich --unlocked --async >/dev/null
done
{
	echo 'text,label'
	for i in $(seq 30); do
		echo "please turn the lights on in room $i,lights"
		echo "play the song number $i again,music"
	done
} >"$work/small.csv"
cid=$(says "${names[0]}" "/upload file:$work/small.csv name:small" |
	grep -o 'baf[a-z2-7]\{40,\}' | head -1) || true
[ -n "$cid" ] || cid=$("$stoa" run --json "/upload file:$work/small.csv name:small" |
	grep -o 'baf[a-z2-7]\{40,\}' | head -1)
if [ "$reorg" -gt 0 ]; then
	reorganise &
	forks=$!
fi
made=()
for ((i = 0; i < models; i++)); do
	who=${names[$((i % people))]}
	model=$(says "$who" "/train dataset:$cid parameters:{\"epochs\":1} name:small$i" |
		grep -o 'm_[a-z2-7]\{10\}' | head -1)
	n=$(says "$who" "/propose type:MODEL_APPROVAL title:\"Use $i\" description:\"Good.\" action:\"approve $model price 1\"" |
		grep -o '^#[0-9]*' | head -1)
	waits "model $i is proposed" 'open for votes' "$who" "/proposal $n"
	for voter in "${names[@]}"; do says "$voter" "/vote id:$n choice:for" >/dev/null; done
	made+=("$model")
done
for model in "${made[@]}"; do
	deadline=$((SECONDS + 120))
	until says "${names[0]}" "/nft $model" 2>&1 | grep -q 'is a token'; do
		[ $SECONDS -lt $deadline ] || { no "$model is minted" "$(says "${names[0]}" "/nft $model")"; exit 1; }
		sleep 0.5
	done
done
ok "$models models are tokens"

community=$("$stoa" verify --verbose | grep -o 'c_[a-z2-7]\{10\}' | head -1)
{
	for model in "${made[@]}"; do echo "m $model"; done
	for member in "${ids[@]}"; do echo "u $member"; done
} >"$work/cast"
if timeout "${LIMIT:-500}" "$traders" "$STOA_HOME" "$community" "$deals" "$kills" "$seed" \
	<"$work/cast" >"$work/traders"; then
	ok "$(tail -1 "$work/traders")"
else
	no 'every deal ends' "$(cat "$work/traders"); again: SEED=$seed"
	for log in "$STOA_HOME"/logs/{chain,marketplace,accounts}.log; do
		grep -v '"level":"info"' "$log" | tail -5
	done
fi
# What is still being collected ends, and is final.
sleep 12
if [ "$reorg" -gt 0 ]; then
	kill $forks
	cast rpc anvil_mine 0x80 >/dev/null
	sleep 8
	ok "blocks went away $(wc -l <"$work/forks") times, up to $reorg at once"
fi
node=${NODE:-node}
if "$node" tests/e2e/chain_sums.mjs "$STOA_HOME" "$community" $((deals * 4)) "${ids[@]}" \
	"$("$stoa" run /balance | grep -o 'u_[a-z2-7]\{10\}' | head -1)" \
	<"$work/traders" >"$work/sums"; then
	ok "$(cat "$work/sums")"
else
	no 'the journals say what the chain says' "$(cat "$work/sums")"
fi
"$stoa" verify >"$work/verify" && ok 'every record verifies' || no verify "$(cat "$work/verify")"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
