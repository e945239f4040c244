# governance: proposals, ballots, delegation, execution.

include services/governance/tally.mk

GOVERNANCE_CORE := $(addprefix services/governance/,\
	actions.c audit.c box.c commitment.c core.c count.c defaults.c \
	delegates.c drafts.c electors.c execute.c image.c outcome.c proposal.c \
	query.c rules.c unite.c votes.c)
PURE_OBJECTS += $(call objects,$(GOVERNANCE_CORE))
$(B)/libgovernance.a: $(call objects,$(GOVERNANCE_CORE) \
	services/governance/reactions.c) $(TALLY_OBJECTS)

$(eval $(call daemon,governance,services/governance/main.c \
	services/governance/facts.c,\
	edge domain governance base proto,$(EDGE_LIBS)))

$(foreach t,votes audit bad unite deposit,$(eval $(call unit,governance_$(t),\
	tests/unit/governance/test_$(t).c tests/unit/governance/house.c,\
	governance base proto,-lprotobuf-c $(BASE_LIBS))))

$(eval $(call unit,governance_reactions,\
	tests/unit/governance/test_reactions.c,\
	domain fake governance base proto,-lprotobuf-c $(BASE_LIBS)))

# Random communities as bundles, for verifiers to judge.
$(eval $(call program,test/bundle_tool,tests/unit/governance/bundle_tool.c \
	services/stoa/bundle.c services/stoa/home.c services/stoa/contract.c,\
	edge domain governance base proto,$(EDGE_LIBS) -lcmocka))

# Random commands against a plain model: PROP_N= how many, PROP_SEED= to repeat.
$(eval $(call program,prop/governance,tests/prop/governance.c \
	tests/prop/model.c,governance base proto,\
	-lprotobuf-c $(BASE_LIBS) -lcmocka))
.PHONY: prop
prop: $(B)/bin/prop/governance
	@N=$(PROP_N) SEED=$(PROP_SEED) $< >$(B)/prop.log 2>&1 || \
		{ grep -v '^SEED' $(B)/prop.log; tail -1 $(B)/prop.log; exit 1; }
	@grep -E 'first|commands' $(B)/prop.log
