# marketplace: rights to models, listings, sales, leases, offers.

MARKETPLACE_CORE := $(addprefix services/marketplace/,\
	access.c core.c deal_end.c deal_state.c deals.c image.c models.c \
	model_state.c holders.c query.c saga.c search.c sightings.c split.c \
	token_action.c token_state.c tokens.c trades.c)
MARKETPLACE_CLAIM := services/marketplace/claim.c services/worker/dsse.c
PURE_OBJECTS += $(call objects,$(MARKETPLACE_CORE) $(MARKETPLACE_CLAIM))
$(B)/libmarketplace.a: $(call objects,$(MARKETPLACE_CORE))

# How deals are settled is chosen here.
$(B)/libmarketplace-hands.a: $(call objects,$(MARKETPLACE_CLAIM) \
	$(addprefix services/marketplace/,reactions.c reactions_chain.c settlement_ledger.c \
	trade_chain.c))

$(eval $(call daemon,marketplace,services/marketplace/main.c \
	services/marketplace/facts.c,edge domain marketplace-hands marketplace \
	base proto,$(EDGE_LIBS)))

$(foreach t,split deals models search trades sightings course bad,$(eval $(call unit,marketplace_$(t),\
	tests/unit/marketplace/test_$(t).c tests/unit/marketplace/stall.c,\
	marketplace base proto,-lprotobuf-c $(BASE_LIBS))))

$(eval $(call unit,marketplace_claim,tests/unit/marketplace/test_claim.c,\
	marketplace-hands base proto,-lprotobuf-c $(BASE_LIBS)))

$(eval $(call unit,marketplace_reactions,\
	tests/unit/marketplace/test_reactions.c,\
	domain fake marketplace-hands marketplace base proto,\
	-lprotobuf-c $(BASE_LIBS)))
