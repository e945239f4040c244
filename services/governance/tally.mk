# governance, how votes are counted: TALLY_OBJECTS, libgovernance-tally.a.

TALLY_OBJECTS := $(call objects,$(addprefix services/governance/,\
	ballot.c tally.c tally_ranked.c))
PURE_OBJECTS += $(TALLY_OBJECTS)
$(B)/libgovernance-tally.a: $(TALLY_OBJECTS)

$(foreach t,ballot tally tally_ranked,$(eval $(call unit,governance_$(t),\
	tests/unit/governance/test_$(t).c,governance-tally base,$(BASE_LIBS))))
