# The manual pages beside the programs.
.PHONY: lint-man
lint-man: all
	@tests/tidy/man.sh $(B)/bin

lint: lint-man
