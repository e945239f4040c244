#!/bin/bash
# devnet.sh HOME - prepares a chain of its own in the folder of all state: a key
# for the daemon, an anvil whose state is kept there, everything deployed to it,
# vault included. Again, it does nothing. `stoa up --chain=devnet` runs it.
#
# All Joy is the first account's of every anvil, which anvil signs for: it plays
# the world outside. Nothing listens but on loopback.
set -euo pipefail
umask 077
mkdir -p "$1/chain" "$1/keys"
home=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
bin=$PWD/node_modules/@foundry-rs
anvil=$bin/anvil-linux-amd64/bin/anvil
forge=$bin/forge-linux-amd64/bin/forge
cast=$bin/cast-linux-amd64/bin/cast
state=$home/chain/state.json
manifest=$home/chain/manifest.json
key=$home/keys/chain-operator.json
password=$home/keys/chain-operator.password
# The first account of every anvil.
deployer=0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266

[ -x "$anvil" ] || { echo "devnet: make contracts" >&2; exit 1; }
ln -sfn "$anvil" "$home/chain/anvil"
if [ -e "$manifest" ]; then
	[ -s "$state" ] && [ -s "$key" ] && [ -s "$password" ] && exit 0
	echo "devnet: of $manifest the chain or the key is missing; put them" \
		"back, or take another home" >&2
	exit 1
fi

# The manifest is written last: what is here without it was not finished.
rm -f "$state" "$key" "$password"
od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$password"
CAST_PASSWORD=$(cat "$password") "$cast" wallet new "$home/keys" \
	chain-operator --force >/dev/null
mv "$home/keys/chain-operator" "$key"
chmod 600 "$key"
operator=$("$cast" wallet address --keystore "$key" \
	--password-file "$password")

port=$(node -e 'const s = require("net").createServer()
	s.listen(0, "127.0.0.1", () => {
		console.log(s.address().port)
		s.close()
	})')
url=http://127.0.0.1:$port
"$anvil" --host 127.0.0.1 --port "$port" --chain-id 31337 \
	--slots-in-an-epoch 1 --state "$state" --silent &
pid=$!
trap 'kill $pid 2>/dev/null || true' EXIT
for _ in $(seq 100); do
	"$cast" chain-id --rpc-url "$url" >/dev/null 2>&1 && break
	sleep 0.1
done
"$cast" rpc --rpc-url "$url" anvil_setBalance "$operator" \
	0x3635c9adc5dea00000 >/dev/null
written=../build/contracts/devnet-$$.json
mkdir -p ../build/contracts
STOA_HOLDER=$deployer STOA_OPERATOR=$operator STOA_MANIFEST=$written \
	"$forge" script script/Deploy.s.sol --rpc-url "$url" --broadcast \
	--slow --silent --unlocked --sender "$deployer"
kill $pid
wait $pid || true
trap - EXIT
[ -s "$state" ] || { echo "devnet: anvil has kept no state" >&2; exit 1; }
mv "$written" "$manifest"
chmod 600 "$manifest" "$state"
echo "devnet: chain 31337 in $home/chain, operator $operator"
