# The contracts: Solidity, compiled and tested with what npm delivers, without
# a network once that is there.
CONTRACTS_READY := contracts/node_modules/.ready
FORGE := cd contracts && node_modules/@foundry-rs/forge-linux-amd64/bin/forge

$(CONTRACTS_READY): contracts/package-lock.json
	cd contracts && npm ci --loglevel=error --no-audit --no-fund \
		--ignore-scripts
	@touch $@

.PHONY: contracts test-contracts
contracts: $(CONTRACTS_READY)
	@$(FORGE) build --quiet && echo 'contracts: built'

# Units, fuzz and invariants; MATCH= runs those whose contract is so named.
test-contracts: $(CONTRACTS_READY)
	@$(FORGE) test --summary $(if $(MATCH),--match-contract $(MATCH))
