# EVM: ethers and viem judge what services/chain makes and reads. N= cases of
# each kind, SEED= to repeat a run. (The simulation's defaults for both are not
# meant here.)
$(EVM_PEER)/node_modules/.ready: $(EVM_PEER)/package-lock.json
	cd $(EVM_PEER) && npm ci --loglevel=error --no-audit --no-fund \
		--ignore-scripts
	@touch $@

$(eval $(call program,peers/evm_tool,tests/peers/evm_tool.c,\
	chain-evm base,$(CHAIN_EVM_LIBS)))

.PHONY: peer-evm
peer-evm: $(B)/bin/peers/evm_tool $(EVM_PEER)/node_modules/.ready
	@N=$(if $(filter file,$(origin N)),,$(N)) \
		SEED=$(if $(filter file,$(origin SEED)),,$(SEED)) \
		node $(EVM_PEER)/peer.mjs $<

peers: peer-evm

# Signing and recovering beside the same two, in one run.
$(eval $(call program,bench/evm,tests/bench/evm.c,\
	chain-evm base,$(CHAIN_EVM_LIBS)))

.PHONY: bench-evm
bench-evm: $(B)/bin/bench/evm $(EVM_PEER)/node_modules/.ready
	@node $(EVM_PEER)/bench.mjs $<

bench: bench-evm

# The nodes of a chain and the index of its events, beside ethers on a real
# chain that reorganises, and behind a proxy that is bad in every way.
$(eval $(call program,peers/evm_nodes_tool,tests/peers/evm_nodes_tool.c,\
	chain-nodes chain-nodes-core chain-evm edge base proto,\
	$(EDGE_LIBS) $(CHAIN_EVM_LIBS)))

.PHONY: peer-chain-nodes
peer-chain-nodes: $(B)/bin/peers/evm_nodes_tool contracts \
		$(EVM_PEER)/node_modules/.ready
	@node $(EVM_PEER)/nodes.mjs $< $(if $(MATCH),$(MATCH))
	@node $(EVM_PEER)/index.mjs $<

# Every fault in turn, with reorganisations: what `make test` has time for.
.PHONY: peer-chain-nodes-few
peer-chain-nodes-few:
	@$(MAKE) --no-print-directory peer-chain-nodes MATCH=chaos

peers: peer-chain-nodes-few

# Events from the beginning of a chain, beside the same two. EVENTS=, RUNS=.
.PHONY: bench-chain-index
bench-chain-index: $(B)/bin/peers/evm_nodes_tool \
		$(EVM_PEER)/node_modules/.ready $(CONTRACTS_READY)
	@EVENTS=$(EVENTS) RUNS=$(RUNS) node $(EVM_PEER)/bench_index.mjs $<

bench: bench-chain-index
