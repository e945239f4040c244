# Stoa. `make help` lists the targets. Output goes to build/<flavour>/, so
# switching flavours never cleans. Non-recursive: each folder adds its part.

FLAVOUR ?= release
CC       = gcc
AR       = ar
PREFIX  ?= /usr/local
VERSION := 0.1.0

.DEFAULT_GOAL := all
.SUFFIXES:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash

# ---- flavours ---------------------------------------------------------
IS_CLANG := $(findstring clang,$(CC))
ifeq ($(FLAVOUR),fuzz)
override CC := clang
IS_CLANG := clang
B := build/fuzz
else
B := build/$(FLAVOUR)$(if $(IS_CLANG),-clang)
endif
GEN := build/gen

WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wformat=2 -Wimplicit-fallthrough -Wswitch-enum \
	-Wundef -Wvla -Werror
HARD := -fstack-protector-strong -fstack-clash-protection -fPIE \
	-fcf-protection=full -ftrivial-auto-var-init=zero \
	-fno-delete-null-pointer-checks -fno-strict-overflow \
	-fno-strict-aliasing $(if $(IS_CLANG),-Wno-unused-command-line-argument \
	-enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang)
HARD_LD := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed

OPT_release := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
OPT_debug   := -O0 -g3
OPT_asan    := -O1 -g -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all
OPT_tsan    := -O1 -g -fno-omit-frame-pointer -fsanitize=thread
OPT_fuzz    := -O1 -g -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
OPT := $(OPT_$(FLAVOUR))
ifeq ($(OPT),)
$(error unknown FLAVOUR '$(FLAVOUR)': release, debug, asan, tsan or fuzz)
endif
SAN_LD := $(filter -fsanitize=% -fno-sanitize-recover=%,$(OPT))

CPPFLAGS := -D_GNU_SOURCE -DSTOA_VERSION='"$(VERSION)"' \
	-DOPENSSL_SUPPRESS_DEPRECATED -Ilibcommon -Iservices -I$(GEN) -I.
CFLAGS := -std=gnu17 $(OPT) $(HARD) $(WARN)
LDFLAGS := $(HARD_LD) $(SAN_LD)

# ---- macros the folders use ---------------------------------------------
# $(call objects,FILES): object paths of sources given from the top.
objects = $(patsubst %.c,$(B)/%.o,$(1))

DAEMONS :=
UNIT_TESTS :=
PURE_OBJECTS :=

# $(eval $(call program,NAME,SOURCES,LIBRARIES,SYSTEM LIBRARIES))
define program
$(B)/bin/$(1): $(call objects,$(2)) $(foreach l,$(3),$(B)/lib$(l).a)
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(LDFLAGS) -o $$@ $(call objects,$(2)) \
		-Wl,--start-group $(foreach l,$(3),$(B)/lib$(l).a) \
		-Wl,--end-group $(4)
endef

# $(eval $(call daemon,NAME,SOURCES,LIBRARIES,SYSTEM LIBRARIES))
define daemon
$(call program,stoa-$(1),$(2),$(3),$(4))
DAEMONS += $(B)/bin/stoa-$(1)
endef

# $(eval $(call unit,NAME,SOURCES,LIBRARIES,SYSTEM LIBRARIES)): a cmocka test
# run by `make check`; it links only what it names, which proves the layers.
define unit
$(call program,test/$(1),$(2),$(3),$(4) -lcmocka)
UNIT_TESTS += $(1)
endef

Q := $(if $(V),,@)

# ---- parts ------------------------------------------------------------------
include libcommon/libcommon.mk
include proto/proto.mk
include $(sort $(wildcard services/*/service.mk))
include contracts/contracts.mk
include tests/tests.mk

# ---- rules ------------------------------------------------------------------
.PHONY: all
all: $(DAEMONS)

$(B)/%.o: %.c | proto-headers
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/gen/%.o: $(GEN)/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(filter-out $(WARN),$(CFLAGS)) -MMD -MP -c -o $@ $<

$(B)/lib%.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

-include $(shell find $(B) -name '*.d' 2>/dev/null)

.PHONY: clean
clean:
	rm -rf build

.PHONY: help
help:
	@echo 'make run      set up, build, start the suite, take the guided tour'
	@echo '              (CHAIN=devnet: with a chain of its own)'
	@echo 'make test     check, simulation and end-to-end tests'
	@echo 'make check    unit tests, purity, style and format'
	@echo 'make asan     check under address and undefined-behaviour sanitizers'
	@echo 'make tsan     check under the thread sanitizer'
	@echo 'make pure     prove that the pure layers import nothing impure'
	@echo 'make tidy     house style: sizes, banned calls, layers'
	@echo 'make fmt      format every source file'
	@echo 'make lint     static analysis, protocol lint'
	@echo 'make sim      simulation (SEED=first N=count)'
	@echo 'make fuzz     each fuzz target for T=60 seconds'
	@echo 'make bench    figures beside a peer'
	@echo 'make test-contracts  the contracts: units, fuzz, invariants'
	@echo 'make deps     install the Debian packages this needs'
	@echo 'make install  install under PREFIX=$(PREFIX) (DESTDIR= honoured)'
	@echo 'Flavours: FLAVOUR=release|debug|asan|tsan|fuzz, CC=gcc|clang'
