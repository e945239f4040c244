# gateway: Discord in. GATEWAY_PURE knows the protocol and touches nothing.

GATEWAY_PURE := $(addprefix services/gateway/,frame.c shard.c window.c \
	interaction.c hook_seen.c hook_event.c reshard.c)
$(B)/libgateway-core.a: $(call objects,$(GATEWAY_PURE))
PURE_OBJECTS += $(call objects,$(GATEWAY_PURE))

GATEWAY_LOGIC := $(addprefix services/gateway/,unpack.c gateway.c fleet.c \
	plan.c sets.c alive.c runner.c identify.c publish.c signature.c hook.c)
$(B)/libgateway.a: $(call objects,$(GATEWAY_LOGIC))

$(eval $(call daemon,gateway,services/gateway/main.c,\
	gateway gateway-core edge base proto,$(EDGE_LIBS) -lzstd))

$(eval $(call unit,gateway_shard,tests/unit/gateway/test_shard.c \
	tests/unit/gateway/discord.c,gateway-core base,$(BASE_LIBS)))

# The decode path beside the compressing libraries alone.
$(eval $(call program,test/gateway_decode,tests/bench/gateway_decode.c,\
	gateway gateway-core base,$(BASE_LIBS) -lz -lzstd))
