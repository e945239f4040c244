#!/bin/bash
# chain.sh STOA TERMINAL - a model's way onto a chain and through the market
# there: deposits, trained, approved by a vote, minted and listed by itself,
# bought while chain is killed, leased from the buyer, asked, refused when the
# lease is over, withdrawn to a wallet outside. What the daemons say is compared
# with what the chain says (cast), and at the end every Joy of the ledger lies
# in the vault. Days of votes pass in a second: --governance-pace.
. "$(dirname "$0")/members.sh" "$@"
bin=$PWD/contracts/node_modules/@foundry-rs
cast() { ETH_RPC_URL=$url "$bin/cast-linux-amd64/bin/cast" "$@"; }
# The first account of every anvil: it deployed, and holds all Joy.
rich=0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266
outside=0x70997970C51812dc3A010C7d01b50e0d17dc79C8
at() { node -p "JSON.parse(require('fs').readFileSync('$STOA_HOME/chain/manifest.json')).contracts.$1.address"; }
is() { # what, wanted, found
	[ "$(tr A-F a-f <<<"$2")" = "$(tr A-F a-f <<<"$3")" ] && ok "$1" || no "$1" "$3, not $2"
}
number() { cast call "$@" | awk '{ print $1 }'; }
owns() { # member, Joy: no more and no less
	local out deadline=$((SECONDS + 30))
	while :; do
		out=$(says "$1" /balance 2>&1) || true
		if grep -Eq "^ *Joy:? +$2 Joy" <<<"$out"; then
			ok "$1 has $2 Joy"
			return
		fi
		[ $SECONDS -lt $deadline ] || { no "$1 has $2 Joy" "$out"; return; }
		sleep 0.1
	done
}
patient() { # as waits, for what the chain must make final
	local out deadline=$((SECONDS + 60))
	while :; do
		out=$(says "$3" "$4" 2>&1) || true
		case $out in *"$2"*) ok "$1"; return ;; esac
		[ $SECONDS -lt $deadline ] || { no "$1" "$out"; return; }
		sleep 0.3
	done
}
pid_of() { awk -v name="$1" '$1 == name { print $2 }' "$STOA_HOME/run/pids"; }

# ---- members and Joy ---------------------------------------------------------
contracts/tools/devnet.sh "$STOA_HOME" >"$work/devnet.txt" || { cat "$work/devnet.txt"; exit 1; }
"$stoa" up --detach --chain devnet --bot-rate-factor 1000 \
	--governance-pace 100000 >"$work/up.txt" ||
	{ cat "$work/up.txt" "$STOA_HOME"/logs/chain.log; exit 1; }
url=$(cat "$STOA_HOME/chain/url")
joy=$(at JoyToken) nft=$(at ModelNFT) escrow=$(at LeaseEscrow) vault=$(at Vault)
declare -A id account
for who in ada bob cyd; do
	id[$who]=$(says "$who" /balance | grep -o 'u_[a-z2-7]\{10\}' | head -1)
	account[$who]=$(says "$who" /deposit | grep -o '0x[0-9a-fA-F]\{40\}' | head -1)
done
sends() { # account, Joy
	cast send "$joy" 'transfer(address,uint256)' "$1" "$(cast to-wei "$2")" \
		--from $rich --unlocked >/dev/null
}
sends "${account[bob]}" 150
sends "${account[cyd]}" 10.000000000001
owns bob 150
owns cyd 10
wants 'dust is not counted' '0.01 Joy' ada /deposit

# ---- by a vote onto the chain ------------------------------------------------
{
	echo 'text,label'
	for i in $(seq 100); do
		echo "please turn the lights on in room $i,lights"
		echo "play the song number $i again,music"
	done
} >"$work/small.csv"
cid=$("$stoa" run --json "/upload file:$work/small.csv name:small" |
	grep -o 'baf[a-z2-7]\{40,\}' | head -1) || true
model=$(says ada "/train dataset:$cid parameters:{\"epochs\":2} name:small" |
	grep -o 'm_[a-z2-7]\{10\}' | head -1) || true
[ -n "$model" ] && ok "ada trained $model" || no train 'no model'
ask="/ask model:$model question:\"play the song number 7 again\""
out=$(says ada "/propose type:MODEL_APPROVAL title:\"Use small\" description:\"It is good.\" action:\"approve $model price 100\"") || true
n=$(grep -o '^#[0-9]*' <<<"$out" | head -1)
waits 'the proposal is open' 'open for votes' ada "/proposal $n"
for who in ada bob cyd; do says "$who" "/vote id:$n choice:for" >/dev/null; done
waits 'it passed, waited for its timelock, and was carried out' 'It was carried out' ada "/why $n"
patient 'it was minted and listed by itself' 'is a token' ada "/nft $model"
token=$(says ada "/nft $model" | grep -Eo 'Token:? +[0-9]+' | grep -Eo '[0-9]+$' | head -1)
[ -n "$token" ] || { no 'a token' "$(says ada "/nft $model")"; exit 1; }
splitter=$(number "$nft" 'ownerOf(uint256)(address)' "$token")
[ "$splitter" != 0x0000000000000000000000000000000000000000 ] &&
	ok 'the chain knows it' || no 'the chain knows it' "$splitter"
wants 'and so does the market' '100 Joy' bob /market

# ---- bought, while chain dies ------------------------------------------------
wants 'what it costs is shown first' 'You pay: 100 Joy' bob "/buy model_id:$model"
says bob "/buy model_id:$model confirm:100" >"$work/buy" 2>&1 &
buying=$!
sleep 0.4
kill -9 "$(pid_of chain)"
wait $buying || true
patient 'bob bought it though chain was killed' "$(cut -c1-12 <<<"${id[bob]}")" ada "/nft $model"
is 'the chain says so, too' "${account[bob]}" "$(number "$nft" 'ownerOf(uint256)(address)' "$token")"
owns bob 50
wants 'the seller may not ask it any more' "belongs to ${id[bob]}" ada "$ask"

# ---- leased from the buyer ---------------------------------------------------
wants 'bob lets it for lease' '3600 Joy an hour' bob "/list model_id:$model rent:3600"
wants 'until the chain has it so nobody can lease it' 'is being told' cyd "/lease model_id:$model duration:8s"
patient 'then eight seconds cost' '8 Joy' cyd "/lease model_id:$model duration:8s"
says cyd "/lease model_id:$model duration:8s confirm:8" >/dev/null
patient 'cyd leases it' 'runs' cyd /leases
is 'the chain says who may use it' "${account[cyd]}" \
	"$(number "$nft" 'userOf(uint256)(address)' "$token")"
wants 'and asks it' music cyd "$ask"
wants 'a token has one lessee at a time' 'is leased until' ada "/lease model_id:$model duration:8s"
sleep 9
wants 'when it is over nobody needs to say so' 'you do not lease it' cyd "$ask"
is 'on the chain neither' 0x0000000000000000000000000000000000000000 \
	"$(number "$nft" 'userOf(uint256)(address)' "$token")"
owns cyd 2

# ---- a stranger buys it, from no chat at all ---------------------------------
stranger=0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC
market=$(at ModelMarket)
wants 'bob sells it' '20 Joy' bob "/list model_id:$model price:20"
sends $stranger 20
patient 'the chain has the price' 'You pay: 20 Joy' cyd "/buy model_id:$model"
listing=$(($(number "$market" 'totalListings()(uint256)') - 1))
cast send "$joy" 'approve(address,uint256)' "$market" "$(cast to-wei 20)" \
	--from $stranger --unlocked >/dev/null
cast send "$market" 'buyFromListing(uint256,address,uint256,address,uint256)' \
	$listing $stranger 1 "$joy" "$(cast to-wei 20)" --from $stranger --unlocked >/dev/null
patient 'the market knows that it is gone' "$stranger" bob "/nft $model"
patient 'bob may not ask it any more' 'belongs to' bob "$ask"
owns bob 75.2

# ---- out ---------------------------------------------------------------------
wants 'an address with a wrong letter' 'address' bob "/withdraw amount:5 address:${outside/C/c}"
wants 'more than one has' 'less than' bob "/withdraw amount:500 address:$outside confirm:500"
wants 'what leaves is shown first' 'Nothing has happened yet' bob "/withdraw amount:5 address:$outside"
wants 'it waits' 'is on its way out' bob "/withdraw amount:5 address:$outside confirm:5"
owns bob '70.2 Joy, and 5'
withdrawal=$(says bob /withdrawals | grep -o 'w_[a-z2-7]\{10\}' | head -1)
wants 'and can be cancelled' 'cancelled' bob "/withdrawals cancel:$withdrawal"
owns bob 75.2
out=$(says ada '/propose type:PARAMETER title:"At once" description:"Now." action:"set withdrawal_delay 0"')
n=$(grep -o '^#[0-9]*' <<<"$out" | head -1)
says bob "/sponsor id:$n" >/dev/null
waits "a vote on the delay" "open for votes" ada "/proposal $n"
for who in ada bob cyd; do says "$who" "/vote id:$n choice:for" >/dev/null; done
waits 'the community wants none' 'It was carried out' ada "/why $n"
says bob "/withdraw amount:5.25 address:$outside confirm:5.25" >/dev/null
patient 'what leaves is sent' '  sent' bob /withdrawals
is 'and arrives' 5250000000000000000 "$(number "$joy" 'balanceOf(address)(uint256)' $outside)"
owns bob 69.95

# ---- all of it ----------------------------------------------------------------
community=$("$stoa" verify --verbose | grep -o 'c_[a-z2-7]\{10\}' | head -1)
sleep 8
ledger=$("$terminal" "$STOA_HOME" vault "$community" "${id[ada]}") || ledger=none
# The dust that was sent at the beginning is the pool's.
is 'every Joy of the ledger lies in the vault' "${ledger}000001000000" \
	"$(number "$joy" 'balanceOf(address)(uint256)' "$vault")"
"$stoa" verify >"$work/verify" && ok 'every record verifies' || no verify "$(cat "$work/verify")"

# ---- what does not belong together is refused --------------------------------
other=$work/other
mkdir "$other"
refused() { # what, part of the log, manifest, key
	"$stoa" up --detach --home "$other/home" --workers 0 --chain evm \
		--chain-url-file "$STOA_HOME/chain/url" --chain-manifest "$3" \
		--chain-key-file "$4" \
		--chain-key-password-file "$STOA_HOME/keys/chain-operator.password" \
		>"$other/up" 2>&1 || true
	grep -q "$2" "$other/home/logs/chain.log" && ok "$1" || no "$1" "$(tail -2 "$other/home/logs/chain.log")"
	"$stoa" down --home "$other/home" >/dev/null 2>&1 || true
	rm -rf "$other/home"
}
node -e 'const fs = require("fs"), m = JSON.parse(fs.readFileSync(process.argv[1]))
	m.contracts.LeaseEscrow.address = m.contracts.ModelMarket.address.replace(/.$/, "1")
	fs.writeFileSync(process.argv[2], JSON.stringify(m))' "$STOA_HOME/chain/manifest.json" "$other/manifest"
refused 'a contract that is not there' 'LeaseEscrow' "$other/manifest" "$STOA_HOME/keys/chain-operator.json"
CAST_PASSWORD=$(cat "$STOA_HOME/keys/chain-operator.password") cast wallet new "$other" key >/dev/null
chmod 600 "$other/key"
refused 'a key that the vault does not obey' "obeys the wallet's key: no" "$STOA_HOME/chain/manifest.json" "$other/key"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
