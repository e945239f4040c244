# Simulation: whole domains in one thread, by seed.

SEED ?= 1
N    ?= 2000

$(eval $(call program,sim/accounts,tests/sim/sim_accounts.c tests/sim/node.c,\
	domain fake accounts base proto,-lprotobuf-c $(BASE_LIBS)))

SIMS := $(B)/bin/sim/accounts

.PHONY: sim
sim: $(SIMS)
	@for s in $(SIMS); do $$s $(SEED) $(N) || exit 1; done
