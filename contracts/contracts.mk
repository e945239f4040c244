# The contracts: Solidity, compiled and tested with what npm delivers, without
# a network once that is there.
CONTRACTS_READY := contracts/node_modules/.ready
FORGE_BIN := node_modules/@foundry-rs/forge-linux-amd64/bin/forge
FORGE := cd contracts && $(FORGE_BIN)

$(CONTRACTS_READY): contracts/package-lock.json
	cd contracts && npm ci --loglevel=error --no-audit --no-fund \
		--ignore-scripts
	@touch $@

MARKETPLACE := contracts/peers/thirdweb
MARKETPLACE_READY := $(MARKETPLACE)/node_modules/.ready
$(MARKETPLACE_READY): $(MARKETPLACE)/package-lock.json
	cd $(MARKETPLACE) && npm ci --loglevel=error --no-audit --no-fund \
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

# ---- for the daemons: functions, errors and events in C ----

ABI_TABLES := services/chain/abi_tables.c
ABI_PRINT := node contracts/tools/abi.mjs | \
	clang-format --assume-filename=$(ABI_TABLES)
PURE_OBJECTS += $(call objects,$(ABI_TABLES))
$(B)/libchain-abi.a: $(call objects,$(ABI_TABLES))
$(eval $(call unit,chain_abi_tables,tests/unit/chain/test_abi_tables.c,\
	chain-abi base,$(BASE_LIBS)))

.PHONY: abi-tables check-contracts
abi-tables: contracts
	@$(ABI_PRINT) >build/contracts/abi_tables.c
	@cp build/contracts/abi_tables.c $(ABI_TABLES)

# Format, documentation, sizes, published interfaces, stale tables.
check-contracts: contracts $(MARKETPLACE_READY)
	@$(FORGE) fmt --check
	@node contracts/tools/check.mjs
	@$(ABI_PRINT) | diff -u $(ABI_TABLES) - || \
		{ echo 'check-contracts: make abi-tables'; exit 1; }

# A deployment to a chain on loopback, compared with what that chain says.
.PHONY: deploy-contracts
deploy-contracts: $(CONTRACTS_READY)
	@contracts/tools/anvil.sh

# ---- how much of it is tested, and what it costs ----

.PHONY: coverage-contracts gas-contracts
coverage-contracts: $(CONTRACTS_READY) tally-rounds
	@$(FORGE) coverage --no-match-path 'test/invariant/*' --report lcov \
		--report-file ../build/contracts/lcov.info >/dev/null
	@node contracts/tools/coverage.mjs

# Beside peers; WRITE=1 when a change of cost is meant.
gas-contracts: $(CONTRACTS_READY) $(MARKETPLACE_READY)
	@cd $(MARKETPLACE) && ../../$(FORGE_BIN) build --quiet 2>/dev/null
	@FOUNDRY_PROFILE=gas; export FOUNDRY_PROFILE; \
		$(FORGE) test >../build/contracts/gas.log 2>&1 || \
		{ cat ../build/contracts/gas.log; exit 1; }
	@node contracts/tools/gas.mjs $(if $(WRITE),--write)
