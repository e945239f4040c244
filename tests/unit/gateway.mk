# Discord in: the pure parts alone, and the transport compression.
$(foreach t,frame window,$(eval $(call unit,gateway_$(t),\
	tests/unit/gateway/test_$(t).c,gateway-core base,$(BASE_LIBS))))
