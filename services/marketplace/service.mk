# marketplace: rights to models, listings, sales, leases, offers.

MARKETPLACE_CORE := $(addprefix services/marketplace/,\
	access.c core.c deal_end.c deal_state.c deals.c image.c models.c \
	model_state.c owners.c query.c search.c split.c)
PURE_OBJECTS += $(call objects,$(MARKETPLACE_CORE))
$(B)/libmarketplace.a: $(call objects,$(MARKETPLACE_CORE))

$(foreach t,split deals models search,$(eval $(call unit,marketplace_$(t),\
	tests/unit/marketplace/test_$(t).c tests/unit/marketplace/stall.c,\
	marketplace base proto,-lprotobuf-c $(BASE_LIBS))))
