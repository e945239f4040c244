# governance, how votes are counted: TALLY_OBJECTS, libgovernance-tally.a.

TALLY_OBJECTS := $(call objects,services/governance/ballot.c)
PURE_OBJECTS += $(TALLY_OBJECTS)
$(B)/libgovernance-tally.a: $(TALLY_OBJECTS)

$(foreach t,ballot,$(eval $(call unit,governance_$(t),\
	tests/unit/governance/test_$(t).c,governance-tally base,$(BASE_LIBS))))
