# The contract: every .proto here becomes build/gen/proto/<name>.pb-c.[ch].

PROTO_FILES := $(sort $(wildcard proto/*.proto))
PROTO_C     := $(patsubst proto/%.proto,$(GEN)/proto/%.pb-c.c,$(PROTO_FILES))
PROTO_H     := $(PROTO_C:.c=.h)

$(GEN)/proto/%.pb-c.c $(GEN)/proto/%.pb-c.h &: proto/%.proto
	@mkdir -p $(GEN)
	$(Q)protoc-c -I. --c_out=$(GEN) $<

.PHONY: proto proto-headers
proto: $(PROTO_C)
proto-headers: $(PROTO_H)

$(B)/libproto.a: $(patsubst $(GEN)/%.c,$(B)/gen/%.o,$(PROTO_C))
