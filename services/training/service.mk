# training: data sets, jobs, models.

TRAINING_CORE := $(addprefix services/training/,\
	core.c image.c jobs.c job_state.c library.c owners.c query.c)
PURE_OBJECTS += $(call objects,$(TRAINING_CORE))
$(B)/libtraining.a: $(call objects,$(TRAINING_CORE) \
	services/training/reactions.c)

$(eval $(call daemon,training,services/training/main.c,\
	edge domain training worker-recipe base proto,$(EDGE_LIBS)))

$(eval $(call unit,training_jobs,tests/unit/training/test_jobs.c,\
	training worker-recipe base proto,-lprotobuf-c $(BASE_LIBS) -lm))
