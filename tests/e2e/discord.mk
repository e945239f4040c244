# Discord end to end: the suite against the strict stand-in of tests/peers.
NATS_PEER := tests/peers/nats

$(NATS_PEER)/node_modules/.ready: $(NATS_PEER)/package-lock.json
	cd $(NATS_PEER) && npm ci --loglevel=error --no-audit --no-fund \
		--ignore-scripts
	@touch $@

.PHONY: e2e-discord
e2e-discord: all $(DISCORD_NODE)
	@$(DISCORD_NODE) tests/e2e/discord/bot.mjs $(B)/bin/stoa
	@$(DISCORD_NODE) tests/e2e/discord/people.mjs $(B)/bin/stoa

.PHONY: e2e-discord-signature e2e-discord-torture
e2e-discord-signature: all $(DISCORD_NODE) $(NATS_PEER)/node_modules/.ready
	@$(DISCORD_NODE) tests/e2e/discord/signature.mjs $(B)/bin/stoa

e2e-discord-torture: all $(DISCORD_NODE) $(NATS_PEER)/node_modules/.ready
	@$(DISCORD_NODE) tests/e2e/discord/torture.mjs $(B)/bin/stoa
	@$(DISCORD_NODE) tests/e2e/discord/reshard.mjs $(B)/bin/stoa

# KILLS=50 for the long form, SEED= for the same choices again.
.PHONY: e2e-discord-kill
e2e-discord-kill: all $(DISCORD_NODE) $(NATS_PEER)/node_modules/.ready
	@$(DISCORD_NODE) tests/e2e/discord/kill.mjs $(B)/bin/stoa

e2e: e2e-discord e2e-discord-signature e2e-discord-torture e2e-discord-kill
