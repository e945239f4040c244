# Checks that need no broker, and the targets that gather them.

FORMATTED := $(shell find libcommon services tests -name '*.[ch]' \
	-not -path '*/node_modules/*' 2>/dev/null)

.PHONY: check pure tidy format-check fmt lint asan tsan
check: unit pure tidy format-check

pure: $(PURE_OBJECTS)
ifeq ($(filter $(FLAVOUR),asan tsan fuzz),)
	@tests/tidy/pure.sh $(PURE_OBJECTS)
else
	@echo 'pure: skipped, sanitizers import what they need'
endif

tidy:
	@tests/tidy/tidy.sh

format-check:
	@clang-format --dry-run -Werror $(FORMATTED) && echo 'format: ok'

fmt:
	clang-format -i $(FORMATTED)

# A planted violation must be found: the checks themselves are checked.
.PHONY: check-the-checks
check-the-checks:
	@tests/tidy/planted.sh

lint: | proto-headers
	@clang-tidy --quiet $(sort $(wildcard libcommon/*/*.c)) -- \
		$(CPPFLAGS) -std=gnu17

asan:
	@$(MAKE) --no-print-directory FLAVOUR=asan unit

tsan:
	@$(MAKE) --no-print-directory FLAVOUR=tsan unit
