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
