# Discord: a strict stand-in, proved by discord.js; see discord/README.md.
$(DISCORD_NODE): $(DISCORD_PEER)/package-lock.json
	cd $(DISCORD_PEER) && npm ci --loglevel=error --no-audit --no-fund \
		--ignore-scripts
	@touch $@

.PHONY: peer-discord
peer-discord: $(DISCORD_NODE)
	@$(DISCORD_NODE) $(DISCORD_PEER)/strict.mjs
	@$(DISCORD_NODE) $(DISCORD_PEER)/peer.mjs

# The JavaScript clients take a recorded stream; EVENTS= sets how long it is.
.PHONY: bench-discord-js
bench-discord-js: $(DISCORD_NODE)
	@$(DISCORD_PEER)/bench.sh $(abspath $(DISCORD_NODE)) $(or $(EVENTS),200000)

# Every body that the renderer's golden files hold, before the schemas.
.PHONY: peer-discord-bodies
peer-discord-bodies: $(B)/bin/test/discord_bodies $(DISCORD_NODE)
	@$< | $(DISCORD_NODE) $(DISCORD_PEER)/bodies.mjs

peer-rest: $(DISCORD_NODE)
peers: peer-discord peer-discord-bodies peer-rest
