# Votes counted a second time, from the specification alone; N= polls, SEED=
# to repeat a run. (The simulation's defaults for both are not meant here.)
.PHONY: peer-tally
peer-tally: $(B)/bin/test/tally_tool $(DISCORD_NODE)
	@N=$(if $(filter file,$(origin N)),,$(N)) \
		SEED=$(if $(filter file,$(origin SEED)),,$(SEED)) \
		$(DISCORD_NODE) tests/peers/governance/differential.mjs $<

# Bundles of random communities, judged by `stoa verify` and by the verifier in
# docs/, which share nothing.
.PHONY: peer-bundles
peer-bundles: $(B)/bin/test/bundle_tool $(B)/bin/stoa $(DISCORD_NODE)
	@SEED=$(if $(filter file,$(origin SEED)),,$(SEED)) \
		$(DISCORD_NODE) tests/peers/governance/bundles.mjs $(B)/bin \
		$(if $(filter file,$(origin N)),1000,$(N))

peers: peer-tally peer-bundles
