# The chain's actions, done on an anvil of its own and looked at by ethers.
CHAIN_PEER := tests/peers/chain

$(eval $(call program,peers/chain_tool,tests/peers/chain_tool.c,\
	chain-calls chain-abi chain-evm base proto,\
	-lprotobuf-c $(CHAIN_EVM_LIBS)))

.PHONY: peer-chain-calls
peer-chain-calls: $(B)/bin/peers/chain_tool contracts \
		tests/peers/evm/node_modules/.ready
	@node $(CHAIN_PEER)/vectors.mjs | diff -u tests/unit/chain/vectors.h - \
		|| { echo 'peer-chain-calls: vectors.h is not what ethers' \
			'makes: node $(CHAIN_PEER)/vectors.mjs'; exit 1; }
	@node $(CHAIN_PEER)/calls.mjs $<

# What is deployed, ours and thirdweb's, asked what the daemon asks at its start.
.PHONY: peer-chain-checks
peer-chain-checks: $(B)/bin/peers/chain_tool contracts $(MARKETPLACE_READY) \
		tests/peers/evm/node_modules/.ready
	@cd $(MARKETPLACE) && ../../$(FORGE_BIN) build --quiet 2>/dev/null
	@node $(CHAIN_PEER)/checks.mjs $<

peers: peer-chain-calls peer-chain-checks
