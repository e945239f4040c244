#!/bin/bash
# anvil.sh [PORT] - deploys everything to a chain of its own on loopback, once
# without and once with a vault, and compares the manifests with what that
# chain says.
set -euo pipefail
cd "$(dirname "$0")/.."
port=${1:-18547}
url=http://127.0.0.1:$port
bin=node_modules/@foundry-rs
manifest=../build/contracts/manifest.json
# The first account of every anvil.
account=0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266

mkdir -p ../build/contracts
rm -f "$manifest"
"$bin/anvil-linux-amd64/bin/anvil" --host 127.0.0.1 --port "$port" \
	--silent &
anvil=$!
trap 'kill $anvil' EXIT
cast() { "$bin/cast-linux-amd64/bin/cast" "$@" --rpc-url "$url"; }
for _ in $(seq 100); do
	cast chain-id >/dev/null 2>&1 && break
	sleep 0.1
done

deploy() { # SETTING...
	rm -f "$manifest"
	env STOA_HOLDER="$account" "$@" "$bin/forge-linux-amd64/bin/forge" \
		script script/Deploy.s.sol --rpc-url "$url" --broadcast --slow \
		--silent --unlocked --sender "$account"
}

address_of() {
	node -p 'JSON.parse(require("fs").readFileSync(process.argv[1]))
		.contracts[process.argv[2]].address' "$manifest" "$1"
}

# How many contracts there must be at least.
compare() {
	local count=0 name address hash code admin
	while read -r name address hash; do
		code=$("$bin/cast-linux-amd64/bin/cast" keccak \
			"$(cast code "$address")")
		if [ "$code" != "$hash" ]; then
			echo "anvil: $name at $address is $code, not $hash"
			exit 1
		fi
		count=$((count + 1))
	done < <(node -e '
		const m = JSON.parse(require("fs").readFileSync(process.argv[1]))
		for (const [name, c] of Object.entries(m.contracts))
			console.log(name, c.address, c.codeHash)' "$manifest")
	admin=$(cast call "$(address_of TimelockController)" \
		'hasRole(bytes32,address)(bool)' "$(printf '0x%064d' 0)" \
		"$account")
	if [ "$count" -lt "$1" ] || [ "$admin" != false ]; then
		echo "anvil: $count contracts, the deployer is admin: $admin"
		exit 1
	fi
	echo "anvil: $count contracts as the manifest says, the deployer has" \
		"no right"
}

# The same addresses again: the chain goes back to where it was.
snapshot=$(cast rpc evm_snapshot | tr -d '"')
deploy
compare 10
cast rpc evm_revert "$snapshot" >/dev/null
deploy STOA_OPERATOR="$account"
compare 12
operator=$(cast call "$(address_of Vault)" 'operator()(address)')
if [ "$operator" != "$account" ]; then
	echo "anvil: the vault's operator is $operator"
	exit 1
fi
