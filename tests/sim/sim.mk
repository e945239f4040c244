# Simulation: whole domains in one thread, by seed.

SEED ?= 1
N    ?= 2000

SIM_WORLD := $(addprefix tests/sim/,world.c node.c rpc.c)

$(eval $(call program,sim/accounts,tests/sim/sim_accounts.c \
	tests/sim/people.c $(SIM_WORLD),domain fake accounts base proto,\
	-lprotobuf-c $(BASE_LIBS)))
$(eval $(call program,sim/training,tests/sim/sim_training.c \
	tests/sim/bus.c $(SIM_WORLD),\
	domain fake accounts training worker-recipe base proto,\
	-lprotobuf-c $(BASE_LIBS) -lm))

$(eval $(call program,sim/governance,$(addprefix tests/sim/,\
	sim_governance.c vote_people.c vote_owner.c vote_recount.c \
	vote_course.c vote_effects.c bus.c) $(SIM_WORLD) \
	services/governance/facts.c tests/prop/model.c,\
	domain fake accounts governance base proto,\
	-lprotobuf-c $(BASE_LIBS)))

SIMS := $(addprefix $(B)/bin/sim/,accounts training governance)

.PHONY: sim
sim: $(SIMS)
	@for s in $(SIMS); do $$s $(SEED) $(N) || exit 1; done
