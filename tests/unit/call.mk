# Calls against servers in the test itself, on loopback.
$(eval $(call unit,edge_call,tests/unit/edge/test_call.c \
	tests/unit/edge/turn.c tests/unit/http_server.c,\
	edge base proto,$(EDGE_LIBS)))
