# Discord in: the pure parts alone, and the transport compression.
$(foreach t,frame window reshard,$(eval $(call unit,gateway_$(t),\
	tests/unit/gateway/test_$(t).c,gateway-core base,$(BASE_LIBS))))
$(B)/libgateway-packer.a: $(call objects,tests/unit/gateway/packer.c)
$(eval $(call unit,gateway_unpack,tests/unit/gateway/test_unpack.c,\
	gateway gateway-packer base,-lz -lzstd $(BASE_LIBS)))
$(foreach t,interaction message,$(eval $(call unit,gateway_$(t),\
	tests/unit/gateway/test_$(t).c tests/unit/gateway/reading.c,\
	gateway-core proto base,-lprotobuf-c $(BASE_LIBS))))
