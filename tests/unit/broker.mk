# What the edge says to the world, against a world of its own: a broker and a
# WebSocket server on loopback.
$(eval $(call unit,edge_kv,tests/unit/edge/test_kv.c tests/unit/edge/broker.c \
	tests/unit/edge/turn.c,edge base proto,$(EDGE_LIBS)))
$(eval $(call unit,edge_nats,tests/unit/edge/test_nats.c \
	tests/unit/edge/broker.c tests/unit/edge/turn.c,\
	edge base proto,$(EDGE_LIBS)))
$(eval $(call unit,edge_ws,tests/unit/edge/test_ws.c \
	tests/unit/edge/ws_server.c tests/unit/edge/turn.c,\
	edge base proto,$(EDGE_LIBS)))
