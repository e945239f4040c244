# governance, how votes are counted: TALLY_OBJECTS, libgovernance-tally.a.

TALLY_OBJECTS := $(call objects,$(addprefix services/governance/,\
	ballot.c tally.c tally_ranked.c))
PURE_OBJECTS += $(TALLY_OBJECTS)
$(B)/libgovernance-tally.a: $(TALLY_OBJECTS)

$(foreach t,ballot tally tally_ranked,$(eval $(call unit,governance_$(t),\
	tests/unit/governance/test_$(t).c,governance-tally base,$(BASE_LIBS))))

# Any ballots: the unit test takes seeds, the fuzzer bytes.
TALLY_ANY := tests/unit/governance/any_tally.c
$(B)/libgovernance-any-tally.a: $(call objects,$(TALLY_ANY))
FUZZ_LIBS_tally := governance-any-tally governance-tally base
$(eval $(call unit,governance_any_tally,tests/unit/governance/test_any_tally.c,\
	$(FUZZ_LIBS_tally),$(BASE_LIBS)))

# Counting as a program, for other judges than ours.
$(eval $(call program,test/tally_tool,tests/unit/governance/tally_tool.c,\
	governance-tally base,$(BASE_LIBS)))

# Votes and their count, for the governor of the chain to count again.
$(eval $(call program,test/tally_rounds,tests/unit/governance/tally_rounds.c,\
	governance-tally base,$(BASE_LIBS)))

# A million ballots of each form.
$(eval $(call program,bench/tally,tests/bench/tally.c,\
	governance-tally base,$(BASE_LIBS)))

.PHONY: bench-tally
bench-tally: $(B)/bin/bench/tally
	@$<

BENCHES += bench-tally
