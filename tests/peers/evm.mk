# EVM: ethers and viem judge what services/chain makes and reads. N= cases of
# each kind, SEED= to repeat a run. (The simulation's defaults for both are not
# meant here.)
EVM_PEER := tests/peers/evm

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
