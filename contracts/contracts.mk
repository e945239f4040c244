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

# Votes as the daemon counts them; ROUNDS= how many, SEED= to have others.
ROUNDS ?= 400
TALLY_ROUNDS := build/contracts/tally_rounds.jsonl
.PHONY: tally-rounds
tally-rounds: $(B)/bin/test/tally_rounds
	@mkdir -p $(dir $(TALLY_ROUNDS))
	@$< $(ROUNDS) $(if $(filter file,$(origin SEED)),1,$(or $(SEED),1)) \
		>$(TALLY_ROUNDS)

# Units, fuzz and invariants; MATCH= runs those whose contract is so named.
test-contracts: $(CONTRACTS_READY) tally-rounds
	@$(FORGE) test --summary $(if $(MATCH),--match-contract $(MATCH))
