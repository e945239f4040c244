# Peers: the official clients of what we speak look at us.

$(eval $(call program,peers/contract,tests/peers/contract.c \
	services/stoa/home.c services/stoa/contract.c,\
	edge base proto,$(EDGE_LIBS)))

.PHONY: peers peers-nats
peers-nats: all $(B)/bin/peers/contract
	@tests/peers/nats.sh $(B)/bin/stoa $(B)/bin/peers/contract

# peer-unixfs and peer-model stand with their services.
peers: peers-nats peer-unixfs peer-model
