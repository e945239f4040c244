# chain: the client core for EVM chains, and the ledger of a wallet. No I/O;
# CHAIN_EVM_LIBS are what the client core needs.

CHAIN_EVM := $(addprefix services/chain/,evm_keccak.c evm_u256.c evm_units.c \
	evm_rlp.c evm_address.c evm_curve.c evm_message.c evm_tx.c \
	evm_type.c evm_abi.c evm_abi_json.c evm_function.c evm_revert.c \
	evm_typed_types.c evm_typed.c evm_kdf.c evm_keystore.c \
	evm_contract_signature.c evm_siwe.c evm_remote.c evm_rpc.c evm_block.c \
	evm_receipt.c)
CHAIN_EVM_LIBS := -lsecp256k1 $(BASE_LIBS)
$(B)/libchain-evm.a: $(call objects,$(CHAIN_EVM))
PURE_OBJECTS += $(call objects,$(CHAIN_EVM))

$(foreach t,$(patsubst tests/unit/chain/test_%.c,%,\
	$(sort $(wildcard tests/unit/chain/test_evm_*.c))),\
	$(eval $(call unit,chain_$(t),tests/unit/chain/test_$(t).c,\
	chain-evm base,$(CHAIN_EVM_LIBS))))

CHAIN_CORE := $(addprefix services/chain/,\
	blocks.c core.c image.c intents.c nonces.c parties.c query.c \
	sights.c wallet.c)
PURE_OBJECTS += $(call objects,$(CHAIN_CORE))
$(B)/libchain.a: $(call objects,$(CHAIN_CORE))

$(foreach t,ledger course sights,$(eval $(call unit,chain_$(t),\
	tests/unit/chain/test_$(t).c,chain base proto,\
	-lprotobuf-c $(BASE_LIBS))))

# What actions are on the chain, and what its logs say that they have done.
CHAIN_CALLS := $(addprefix services/chain/,\
	account.c act.c calls.c checks.c complete.c link.c manifest.c \
	results.c witness.c)
PURE_OBJECTS += $(call objects,$(CHAIN_CALLS))
$(B)/libchain-calls.a: $(call objects,$(CHAIN_CALLS))

$(foreach t,manifest account calls complete results checks link witness,\
	$(eval $(call unit,chain_$(t),\
	tests/unit/chain/test_$(t).c tests/unit/chain/contracts.c,\
	chain-calls chain-abi chain-evm base proto,\
	-lprotobuf-c $(CHAIN_EVM_LIBS))))

$(foreach f,rlp abi tx typed keystore siwe,\
	$(eval FUZZ_LIBS_evm_$(f) := chain-evm base)\
	$(eval FUZZ_SYSTEM_evm_$(f) := -lsecp256k1))

$(foreach f,manifest result,\
	$(eval FUZZ_LIBS_chain_$(f) := chain-calls chain-abi chain-evm base proto)\
	$(eval FUZZ_SYSTEM_chain_$(f) := -lsecp256k1))

# Who signs: a key here, or a program that is asked over HTTP.
$(B)/libchain-evm-signer.a: $(call objects,services/chain/evm_signer.c)
$(eval $(call unit,chain_signer,tests/unit/chain/test_signer.c \
	tests/unit/edge/turn.c tests/unit/http_server.c,\
	chain-evm-signer chain-evm edge base proto,\
	$(EDGE_LIBS) $(CHAIN_EVM_LIBS)))

# The nodes of a chain, and the index of its events.
CHAIN_NODES_CORE := $(addprefix services/chain/,\
	nodes_health.c fees.c index.c index_filter.c)
PURE_OBJECTS += $(call objects,$(CHAIN_NODES_CORE))
$(B)/libchain-nodes-core.a: $(call objects,$(CHAIN_NODES_CORE))
$(B)/libchain-nodes.a: $(call objects,$(addprefix services/chain/,\
	nodes.c nodes_wire.c nodes_call.c nodes_send.c nodes_head.c \
	indexer.c indexer_fetch.c indexer_range.c indexer_rescan.c))

$(eval $(call unit,chain_nodes,tests/unit/chain/test_nodes.c \
	tests/unit/chain/node_server.c tests/unit/edge/turn.c,\
	chain-nodes chain-nodes-core chain-evm edge base proto,\
	$(EDGE_LIBS) $(CHAIN_EVM_LIBS)))
$(foreach t,block fees index nodes_health,$(eval $(call unit,chain_$(t),\
	tests/unit/chain/test_$(t).c,chain-nodes-core chain-evm base,\
	$(CHAIN_EVM_LIBS))))

FUZZ_LIBS_evm_answer := chain-nodes-core chain-evm base
FUZZ_SYSTEM_evm_answer := -lsecp256k1

# What is done about the ledger of the wallet.
$(B)/libchain-hands.a: $(call objects,$(addprefix services/chain/,hands.c \
	pricing.c signing.c sending.c watching.c crediting.c))
$(B)/libchain-scan.a: $(call objects,$(addprefix services/chain/,\
	scanning.c proving.c))

$(eval $(call daemon,chain,$(addprefix services/chain/,main.c handlers.c \
	opening.c),edge domain chain-hands chain-scan chain-nodes chain-nodes-core \
	chain-evm-signer chain chain-calls chain-abi chain-evm domain edge \
	base proto,$(EDGE_LIBS) $(CHAIN_EVM_LIBS)))

$(eval $(call unit,chain_passing,tests/unit/chain/test_passing.c,\
	domain fake chain base proto,-lprotobuf-c $(BASE_LIBS)))

# The same over a chain of the test's own.
$(foreach t,hands stuck,$(eval $(call unit,chain_$(t),\
	tests/unit/chain/test_$(t).c tests/unit/chain/world.c \
	tests/unit/chain/contracts.c,chain-hands chain-nodes-core \
	chain-evm-signer domain fake chain chain-calls chain-abi chain-evm \
	base proto,-lprotobuf-c $(CHAIN_EVM_LIBS))))
