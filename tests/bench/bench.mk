# Benches print figures beside a peer in the same run; they never fail for
# being slow. Each service may add its own to BENCHES.

$(eval $(call program,provision,tests/bench/provision.c \
	services/stoa/provision.c services/stoa/contract.c,\
	edge base proto,$(EDGE_LIBS)))
$(eval $(call program,bench/journal,tests/bench/journal.c,\
	edge domain accounts base proto,$(EDGE_LIBS)))

.PHONY: bench bench-journal
bench-journal: $(B)/bin/bench/journal $(B)/bin/provision
	@tests/bench/journal.sh $<

bench: bench-journal $(BENCHES)

$(eval $(call program,bench/console,tests/bench/console.c \
	services/stoa/client.c services/stoa/home.c services/stoa/contract.c,\
	edge chat base proto,$(EDGE_LIBS)))

.PHONY: bench-suite
bench-suite: all $(B)/bin/e2e/ledger $(B)/bin/bench/console
	@tests/bench/suite.sh $(B)/bin/stoa $(B)/bin/e2e/ledger \
		$(B)/bin/bench/console

BENCHES += bench-suite bench-trainer bench-storage
bench: bench-suite bench-trainer bench-storage

# Discord in and out, beside the clients most people use, over one recording.
# EVENTS= sets its length.
.PHONY: bench-discord
bench-discord: all $(DISCORD_NODE) $(B)/bin/test/gateway_decode bench-rest
	@dir=$$(mktemp -d) && trap "rm -rf $$dir" EXIT && \
		$(DISCORD_NODE) $(DISCORD_PEER)/record.mjs $$dir \
			$(or $(EVENTS),200000) 1 >/dev/null && \
		$(B)/bin/test/gateway_decode $$dir && \
		$(DISCORD_NODE) tests/bench/discord.mjs $(B)/bin/stoa $$dir

bench: bench-discord

# Votes, end to end, beside PostgreSQL if that is installed. VOTES= how many.
PQ_FLAGS = $(shell pkg-config --cflags --libs libpq 2>/dev/null)
$(B)/bin/bench/votes_pg: tests/bench/votes_pg.c
	@mkdir -p $(@D)
	@if pkg-config --exists libpq; then \
		$(CC) -O2 -Wall -Wextra $< -o $@ $(PQ_FLAGS) -lpthread; \
	else printf '#!/bin/sh\necho "libpq-dev is not installed"\n' >$@; \
		chmod +x $@; fi

.PHONY: bench-votes
bench-votes: all $(B)/bin/e2e/voters $(B)/bin/bench/votes_pg
	@tests/bench/votes.sh $(B)/bin/stoa $(B)/bin/e2e/voters \
		$(B)/bin/bench/votes_pg

# A start with a million votes in the journal. VOTES= how many.
.PHONY: bench-cold
bench-cold: all $(B)/bin/e2e/voters
	@tests/bench/cold.sh $(B)/bin/stoa $(B)/bin/e2e/voters

bench: bench-votes bench-cold

# Searching a million listings, in the core. LISTINGS= how many. Then purchases,
# end to end, beside PostgreSQL if that is installed. PURCHASES= how many.
$(eval $(call program,bench/market,tests/bench/market.c,\
	marketplace base proto,-lprotobuf-c $(BASE_LIBS)))
$(eval $(call program,bench/buyers,tests/bench/buyers.c \
	services/stoa/home.c services/stoa/contract.c,\
	edge base proto,$(EDGE_LIBS)))
$(B)/bin/bench/buyers_pg: tests/bench/buyers_pg.c
	@mkdir -p $(@D)
	@if pkg-config --exists libpq; then \
		$(CC) -O2 -Wall -Wextra $< -o $@ $(PQ_FLAGS) -lpthread; \
	else printf '#!/bin/sh\necho "libpq-dev is not installed"\n' >$@; \
		chmod +x $@; fi

.PHONY: bench-market
bench-market: all $(B)/bin/bench/market $(B)/bin/bench/buyers \
		$(B)/bin/bench/buyers_pg
	@$(B)/bin/bench/market $(LISTINGS)
	@tests/bench/market.sh $(B)/bin/stoa $(B)/bin/bench/buyers \
		$(B)/bin/bench/buyers_pg

bench: bench-market
