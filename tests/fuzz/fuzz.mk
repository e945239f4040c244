# Fuzzing: tests/fuzz/fuzz_<name>.c with clang's libFuzzer, corpora in the
# tree. T seconds each.

T ?= 60

FUZZ_LIBS_command := chat proto base
FUZZ_LIBS_csv := base
FUZZ_LIBS_json := base
FUZZ_LIBS_conf := edge base proto
FUZZ_LIBS_envelope := domain accounts training worker-recipe base proto
FUZZ_LIBS_frame := base
FUZZ_LIBS_gateway_frame := gateway-core base
FUZZ_LIBS_interaction := gateway-core proto base
FUZZ_LIBS_unpack := gateway gateway-packer base
FUZZ_SYSTEM_unpack := -lz -lzstd
FUZZ_LIBS_unixfs := storage-core base
FUZZ_LIBS_tar := storage-core base
FUZZ_SYSTEM := -lprotobuf-c -lcrypto -lm

FUZZ_NAMES := $(patsubst tests/fuzz/fuzz_%.c,%,\
	$(sort $(wildcard tests/fuzz/fuzz_*.c)))

ifeq ($(FLAVOUR),fuzz)
define fuzzer
$(B)/bin/fuzz/$(1): $(call objects,tests/fuzz/fuzz_$(1).c) \
		$(foreach l,$(FUZZ_LIBS_$(1)),$(B)/lib$(l).a)
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(LDFLAGS) -fsanitize=fuzzer -o $$@ $$< \
		-Wl,--start-group \
		$(foreach l,$(FUZZ_LIBS_$(1)),$(B)/lib$(l).a) \
		-Wl,--end-group $(FUZZ_SYSTEM) $(FUZZ_SYSTEM_$(1))
endef
$(foreach f,$(FUZZ_NAMES),$(eval $(call fuzzer,$(f))))

# New inputs stay in build/; what they find is added to the corpus by hand.
.PHONY: fuzz-all
fuzz-all: $(FUZZ_NAMES:%=$(B)/bin/fuzz/%)
	@for f in $(FUZZ_NAMES); do \
		mkdir -p $(B)/corpus/$$f; \
		echo "fuzz: $$f, $(T) s"; \
		$(B)/bin/fuzz/$$f -max_total_time=$(T) -print_final_stats=1 \
			-artifact_prefix=$(B)/corpus/ $(B)/corpus/$$f \
			tests/fuzz/corpus/$$f 2>$(B)/corpus/$$f.log \
			|| { tail -40 $(B)/corpus/$$f.log; exit 1; }; \
		grep -E 'number_of_executed_units' $(B)/corpus/$$f.log; \
	done
endif

.PHONY: fuzz
fuzz:
	@$(MAKE) --no-print-directory FLAVOUR=fuzz T=$(T) fuzz-all
