# End to end: real processes, real broker.

$(eval $(call program,e2e/ledger,tests/e2e/ledger.c services/stoa/home.c \
	services/stoa/contract.c,edge base proto,$(EDGE_LIBS)))

$(eval $(call program,e2e/crowd,tests/e2e/crowd.c services/stoa/home.c \
	services/stoa/contract.c,edge base proto,$(EDGE_LIBS)))

$(eval $(call program,e2e/voters,tests/e2e/voters.c services/stoa/home.c \
	services/stoa/contract.c,edge base proto,$(EDGE_LIBS)))

E2E_TOOLS := $(B)/bin/e2e/ledger $(B)/bin/e2e/crowd

.PHONY: e2e e2e-faults
e2e-faults: all $(E2E_TOOLS)
	@tests/e2e/faults.sh $(B)/bin/stoa $(B)/bin/e2e/ledger

.PHONY: e2e-kill
e2e-kill: all $(E2E_TOOLS)
	@tests/e2e/kill.sh $(B)/bin/stoa $(B)/bin/e2e/crowd

.PHONY: e2e-ballots
e2e-ballots: all $(B)/bin/e2e/voters
	@tests/e2e/ballots.sh $(B)/bin/stoa $(B)/bin/e2e/voters

.PHONY: e2e-bad
e2e-bad: all
	@tests/e2e/bad.sh $(B)/bin/stoa

$(eval $(call program,e2e/fetch,tests/e2e/fetch.c,\
	storage-client storage-core edge base,$(EDGE_LIBS)))

.PHONY: e2e-journey
e2e-journey: all $(B)/bin/e2e/fetch $(B)/bin/test/worker_train_tool
	@tests/e2e/journey.sh $(B)/bin/stoa $(B)/bin/e2e/fetch \
		$(B)/bin/test/worker_train_tool

$(eval $(call program,e2e/terminal,tests/e2e/terminal.c \
	services/stoa/home.c services/stoa/contract.c,\
	edge base proto,$(EDGE_LIBS)))

.PHONY: e2e-vote
e2e-vote: all $(B)/bin/e2e/terminal
	@tests/e2e/vote.sh $(B)/bin/stoa $(B)/bin/e2e/terminal

.PHONY: e2e-link
e2e-link: all $(B)/bin/e2e/terminal
	@tests/e2e/link.sh $(B)/bin/stoa $(B)/bin/e2e/terminal

.PHONY: e2e-market
e2e-market: all $(B)/bin/e2e/terminal
	@tests/e2e/market.sh $(B)/bin/stoa $(B)/bin/e2e/terminal

# A chain of its own in the home, by the real program.
.PHONY: e2e-devnet
e2e-devnet: all contracts $(B)/bin/peers/evm_tool
	@tests/e2e/devnet.sh $(B)/bin/stoa $(B)/bin/peers/evm_tool

# The market on that chain: a journey, what chains do to transactions, and many
# deals at once while everything is killed.
$(eval $(call program,e2e/traders,tests/e2e/traders.c services/stoa/home.c \
	services/stoa/contract.c,edge base proto,$(EDGE_LIBS)))

.PHONY: e2e-chain e2e-chain-faults e2e-chain-deals e2e-chain-forks e2e-chain-keys
e2e-chain: all contracts $(B)/bin/e2e/terminal
	@tests/e2e/chain.sh $(B)/bin/stoa $(B)/bin/e2e/terminal
e2e-chain-faults: all contracts $(B)/bin/e2e/terminal
	@tests/e2e/chain_faults.sh $(B)/bin/stoa $(B)/bin/e2e/terminal
e2e-chain-deals: all contracts tests/peers/evm/node_modules/.ready $(B)/bin/e2e/terminal \
	$(B)/bin/e2e/traders
	@tests/e2e/chain_deals.sh $(B)/bin/stoa $(B)/bin/e2e/terminal \
		$(B)/bin/e2e/traders
# The same while blocks go away, up to 30 at once.
e2e-chain-forks:
	@REORG=30 DEALS=12 KILLS=0 MODELS=3 MEMBERS=4 $(MAKE) \
		--no-print-directory e2e-chain-deals

# The same behind bad providers; the few of `make e2e` take a minute.
.PHONY: e2e-chain-nodes e2e-chain-nodes-few
e2e-chain-nodes e2e-chain-nodes-few: all contracts $(EVM_PEER)/node_modules/.ready \
		$(B)/bin/e2e/terminal
e2e-chain-nodes:
	@tests/e2e/chain_nodes.sh $(B)/bin/stoa $(B)/bin/e2e/terminal
e2e-chain-nodes-few:
	@MODES="html:0,1 lagging:0 fatLog:0 failedReceipt:0 noReceipt:0 wouldFail:0" \
		NOBODY=dead ALONE= TWO=failedReceipt tests/e2e/chain_nodes.sh $(B)/bin/stoa $(B)/bin/e2e/terminal

# Where the operator's key is, and is not.
e2e-chain-keys: all contracts $(B)/bin/e2e/terminal
	@tests/e2e/chain_keys.sh $(B)/bin/stoa $(B)/bin/e2e/terminal

e2e: e2e-market e2e-devnet e2e-chain e2e-chain-faults e2e-chain-deals \
	e2e-chain-keys e2e-chain-nodes-few e2e-vote e2e-link e2e-journey e2e-bad \
	e2e-faults e2e-kill e2e-ballots
