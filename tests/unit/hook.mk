# Discord over HTTP.
$(eval $(call unit,gateway_signature,tests/unit/gateway/test_signature.c,\
	gateway base,$(BASE_LIBS)))
$(eval $(call unit,gateway_hook,tests/unit/gateway/test_hook.c \
	services/gateway/hook.c services/gateway/signature.c,\
	gateway-core edge base proto,$(EDGE_LIBS)))
