# Peers: the official clients of what we speak look at us.

$(eval $(call program,peers/contract,tests/peers/contract.c \
	services/stoa/home.c services/stoa/contract.c,\
	edge base proto,$(EDGE_LIBS)))

.PHONY: peers peers-nats
peers-nats: all $(B)/bin/peers/contract
	@tests/peers/nats.sh $(B)/bin/stoa $(B)/bin/peers/contract

# peer-unixfs and peer-model stand with their services.
peers: peers-nats peer-unixfs peer-model

# The contract beside the rules of its trade.
BUF_PEER := tests/peers/buf

$(BUF_PEER)/node_modules/.ready: $(BUF_PEER)/package-lock.json
	cd $(BUF_PEER) && npm ci --loglevel=error --no-audit --no-fund --ignore-scripts
	@touch $@

.PHONY: lint-proto
lint-proto: $(BUF_PEER)/node_modules/.ready
	@$(BUF_PEER)/node_modules/@bufbuild/buf-linux-*/bin/buf lint . \
		--config $(BUF_PEER)/buf.yaml
	@echo 'lint-proto: ok'

lint: lint-proto
