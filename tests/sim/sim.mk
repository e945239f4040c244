# Simulation: whole domains in one thread, by seed.

SEED ?= 1
N    ?= 2000

$(eval $(call program,sim/accounts,tests/sim/sim_accounts.c \
	tests/sim/people.c tests/sim/node.c,domain fake accounts base proto,\
	-lprotobuf-c $(BASE_LIBS)))
$(eval $(call program,sim/training,tests/sim/sim_training.c \
	tests/sim/node.c tests/sim/rpc.c,\
	domain fake accounts training worker-recipe base proto,\
	-lprotobuf-c $(BASE_LIBS) -lm))

SIMS := $(B)/bin/sim/accounts $(B)/bin/sim/training

.PHONY: sim
sim: $(SIMS)
	@for s in $(SIMS); do $$s $(SEED) $(N) || exit 1; done
