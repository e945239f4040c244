# chain: the ledger of a wallet.

CHAIN_CORE := $(addprefix services/chain/,\
	blocks.c core.c image.c intents.c nonces.c query.c wallet.c)
PURE_OBJECTS += $(call objects,$(CHAIN_CORE))
$(B)/libchain.a: $(call objects,$(CHAIN_CORE))

$(foreach t,ledger course,$(eval $(call unit,chain_$(t),\
	tests/unit/chain/test_$(t).c,chain base proto,\
	-lprotobuf-c $(BASE_LIBS))))
