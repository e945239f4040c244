# Discord over HTTP.
$(eval $(call unit,gateway_signature,tests/unit/gateway/test_signature.c,\
	gateway base,$(BASE_LIBS)))
