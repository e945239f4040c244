# The cache against a real redis-server, on a socket of its own.
$(eval $(call unit,edge_cache_redis,\
	tests/unit/edge/test_cache_redis.c libcommon/edge/cache_redis.c,\
	base,-lhiredis -luv $(BASE_LIBS)))
