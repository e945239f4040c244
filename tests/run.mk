# What a newcomer types: run and test set up what they need by themselves.

.PHONY: deps deps-run deps-test run test install
deps:
	@tests/deps/deps.sh install test

deps-run:
	@tests/deps/deps.sh check run >/dev/null || tests/deps/deps.sh install run

deps-test:
	@tests/deps/deps.sh check test >/dev/null || tests/deps/deps.sh install test

# Building needs what deps installs, so it is a make of its own. CHAIN=devnet
# settles on a chain of its own, which takes what compiles contracts.
run: deps-run $(if $(filter devnet,$(CHAIN)),deps-test)
	@$(MAKE) --no-print-directory -j2 all
	@$(if $(filter devnet,$(CHAIN)),$(MAKE) --no-print-directory contracts)
	@CHAIN=$(CHAIN) tests/tour.sh $(B)/bin/stoa

test: deps-test
	@$(MAKE) --no-print-directory -j2 all check
	@$(MAKE) --no-print-directory prop
	@$(MAKE) --no-print-directory sim
	@$(MAKE) --no-print-directory peers
	@$(MAKE) --no-print-directory check-contracts test-contracts \
		gas-contracts deploy-contracts
	@$(MAKE) --no-print-directory e2e

MANDIR ?= $(PREFIX)/share/man
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/stoa
	install -m 755 $(DAEMONS) $(DESTDIR)$(PREFIX)/bin
	cp -r docs/samples $(DESTDIR)$(PREFIX)/share/stoa/
	for n in 1 7 8; do \
		install -d $(DESTDIR)$(MANDIR)/man$$n && \
		install -m 644 docs/man/*.$$n $(DESTDIR)$(MANDIR)/man$$n \
			|| exit 1; \
	done
