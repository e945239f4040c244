# Unit tests of what no service owns: the domain runtime and the edge.

$(eval $(call unit,domain_dedup,tests/unit/domain/test_dedup.c,\
	domain base proto,-lprotobuf-c $(BASE_LIBS)))
$(eval $(call unit,domain_snapshot,tests/unit/domain/test_snapshot.c,\
	fake domain base proto,-lprotobuf-c $(BASE_LIBS)))
$(eval $(call unit,domain_replica,tests/unit/domain/test_replica.c,\
	domain fake accounts base proto,-lprotobuf-c $(BASE_LIBS)))
$(eval $(call unit,edge_conf,tests/unit/edge/test_conf.c,\
	edge base proto,$(EDGE_LIBS)))
$(eval $(call unit,edge_entropy,tests/unit/edge/test_entropy.c,\
	edge base proto,$(EDGE_LIBS)))
$(eval $(call unit,edge_svc,tests/unit/edge/test_svc.c,\
	edge base proto,$(EDGE_LIBS)))
