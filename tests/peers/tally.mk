# Votes counted a second time, from the specification alone; N= polls, SEED=
# to repeat a run. (The simulation's defaults for both are not meant here.)
.PHONY: peer-tally
peer-tally: $(B)/bin/test/tally_tool $(DISCORD_NODE)
	@N=$(if $(filter file,$(origin N)),,$(N)) \
		SEED=$(if $(filter file,$(origin SEED)),,$(SEED)) \
		$(DISCORD_NODE) tests/peers/governance/differential.mjs $<

peers: peer-tally
