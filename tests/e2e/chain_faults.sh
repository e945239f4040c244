#!/bin/bash
# chain_faults.sh STOA TERMINAL - what chains do to transactions, and what comes
# of withdrawals meanwhile: dropped from the pool, stuck until they are dearer,
# beaten by another transaction of the same nonce, mined in blocks that go away,
# signed by a daemon that dies before it sends. Each withdrawal arrives once, to
# the wei; the ledger says the same; nothing waits at the end.
. "$(dirname "$0")/members.sh" "$@"
bin=$PWD/contracts/node_modules/@foundry-rs
cast() { ETH_RPC_URL=$url "$bin/cast-linux-amd64/bin/cast" "$@"; }
rich=0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266
at() { node -p "JSON.parse(require('fs').readFileSync('$STOA_HOME/chain/manifest.json')).contracts.$1.address"; }
pid_of() { awk -v name="$1" '$1 == name { print $2 }' "$STOA_HOME/run/pids"; }
# An address nobody has, of the case's number; what it has, in Joy.
outside() { cast to-check-sum-address "0x00000000000000000000000000000000c0ffee$(printf %02x "$1")"; }
holds() { cast from-wei "$(cast call "$joy" 'balanceOf(address)(uint256)' "$1" | awk '{ print $1 }')"; }
arrives() { # what, case, Joy: that and no more
	local deadline=$((SECONDS + 60)) address
	address=$(outside "$2")
	while [ "$(holds "$address")" != "$3.000000000000000000" ]; do
		[ $SECONDS -lt $deadline ] || { no "$1" "$(holds "$address") of $3"; return; }
		sleep 0.3
	done
	ok "$1"
}
withdraw() { # case, Joy
	says ada "/withdraw amount:$2 address:$(outside "$1") confirm:$2" >/dev/null
}
pending() { cast rpc txpool_status | grep -o '"pending":"0x[0-9a-f]*"' | grep -vc '"0x0"' || true; }
# What is pending offers so much for gas.
fee() {
	cast to-dec "$(cast rpc txpool_content | grep -o '"maxFeePerGas":"0x[0-9a-f]*"' |
		head -1 | cut -d'"' -f4)"
}
# A block is final sixteen later; nobody here waits for that.
mine() { cast rpc anvil_mine 0x14 >/dev/null; }
# Blocks come no more by themselves; until one is pending.
freeze() { cast rpc evm_setIntervalMining 0 >/dev/null; }
thaw() { cast rpc evm_setIntervalMining 1 >/dev/null; }
is_pending() {
	local deadline=$((SECONDS + 30))
	while [ "$(pending)" = 0 ]; do
		[ $SECONDS -lt $deadline ] || { no 'a transaction is sent' none; return; }
		sleep 0.1
	done
}

contracts/tools/devnet.sh "$STOA_HOME" >"$work/devnet.txt" || { cat "$work/devnet.txt"; exit 1; }
"$stoa" up --detach --chain devnet --chain-stuck-s 3 --chain-epoch 8 --workers 0 \
	--bot-rate-factor 1000 --governance-pace 100000 >"$work/up.txt" ||
	{ cat "$work/up.txt" "$STOA_HOME"/logs/chain.log; exit 1; }
url=$(cat "$STOA_HOME/chain/url")
joy=$(at JoyToken) vault=$(at Vault)
operator=$(cast call "$vault" 'operator()(address)')
account=$(says ada /deposit | grep -o '0x[0-9a-fA-F]\{40\}' | head -1)
cast send "$joy" 'transfer(address,uint256)' "$account" "$(cast to-wei 1000)" \
	--from $rich --unlocked >/dev/null
mine
waits 'a deposit' '1000 Joy' ada /balance
# Withdrawals wait ten minutes, unless the community decides otherwise.
out=$(says ada '/propose type:PARAMETER title:"At once" description:"Tests." action:"set withdrawal_delay 0"')
n=$(grep -o '^#[0-9]*' <<<"$out" | head -1)
says bob "/sponsor id:$n" >/dev/null
waits 'a shorter delay is proposed' 'open for votes' ada "/proposal $n"
says ada "/vote id:$n choice:for" >/dev/null
waits 'and decided' 'It was carried out' ada "/why $n"

withdraw 1 10
arrives 'nothing is wrong' 1 10
mine

freeze
withdraw 2 20
is_pending
cast rpc anvil_dropAllTransactions >/dev/null
thaw
arrives 'dropped from the pool' 2 20
mine

freeze
withdraw 3 30
is_pending
cheap=$(fee)
sleep 6
dear=$(fee)
[ "$dear" -ge $((cheap + cheap / 10)) ] && ok 'what is stuck offers a tenth more' ||
	no 'what is stuck offers a tenth more' "$cheap, then $dear"
thaw
arrives 'and arrives' 3 30
mine

freeze
withdraw 4 40
is_pending
nonce=$(cast nonce "$operator")
cast rpc anvil_impersonateAccount "$operator" >/dev/null
cast send "$rich" --value 1 --from "$operator" --unlocked --nonce "$nonce" \
	--gas-price 900gwei --priority-gas-price 500gwei --async >/dev/null
cast rpc anvil_stopImpersonatingAccount "$operator" >/dev/null
thaw
sleep 3
[ "$(holds "$(outside 4)")" = 0.000000000000000000 ] && ok 'beaten by another transaction of its nonce' ||
	no 'beaten by another transaction of its nonce' 'it was not'
mine
arrives 'it gets another nonce' 4 40
grep -q 'was used by a transaction of somebody else' "$STOA_HOME/logs/chain.log" &&
	ok 'and an operator is told' || no 'an operator is told' "$(tail -3 "$STOA_HOME/logs/chain.log")"
mine

withdraw 5 50
arrives 'in a block' 5 50
sleep 2
cast rpc anvil_reorg 6 '[]' >/dev/null || no 'a reorganisation' "$?"
[ "$(holds "$(outside 5)")" = 0.000000000000000000 ] && ok 'that went away' ||
	no 'a block that went away' "$(holds "$(outside 5)")"
arrives 'and again in another' 5 50
mine

for i in 1 2 3 4 5 6 7 8; do
	withdraw $((10 + i)) 1
	sleep 0.$((i % 5 + 1))
	kill -9 "$(pid_of chain)" 2>/dev/null || true
done
for i in 1 2 3 4 5 6 7 8; do
	arrives "killed on the way, the $i. time" $((10 + i)) 1
done

mine
waits 'the ledger says the same' '842 Joy' ada /balance
is_even=$(cast from-wei "$(cast call "$joy" 'balanceOf(address)(uint256)' "$vault" | awk '{ print $1 }')")
[ "$is_even" = 842.000000000000000000 ] && ok 'and so does the vault' || no 'the vault' "$is_even"
"$stoa" verify >"$work/verify" && ok 'every record verifies' || no verify "$(cat "$work/verify")"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
