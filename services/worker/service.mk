# worker: runs training and inference on one machine. The recipe's parameters
# are a library of their own: training validates with it.

$(B)/libworker-recipe.a: $(call objects,services/worker/problem.c \
	services/worker/recipe.c)

WORKER_CORE := $(addprefix services/worker/,dataset.c split.c import.c \
	features.c vocabulary.c corpus.c kernel.c model.c sgd.c calibrate.c \
	metrics.c evaluate.c train.c)
$(B)/libworker-core.a: $(call objects,$(WORKER_CORE))
PURE_OBJECTS += $(call objects,$(WORKER_CORE) services/worker/problem.c \
	services/worker/recipe.c)

# No product fused into a sum: a model's bytes must not depend on whether the
# target has such an instruction.
$(call objects,$(WORKER_CORE)): CFLAGS += -ffp-contract=off

$(eval $(call unit,worker_recipe,tests/unit/worker/test_recipe.c,\
	worker-recipe base,$(BASE_LIBS)))
$(foreach t,import dataset features kernel,\
	$(eval $(call unit,worker_$(t),tests/unit/worker/test_$(t).c,\
	worker-core worker-recipe base,$(BASE_LIBS) -lm)))
$(eval $(call unit,worker_train,tests/unit/worker/test_train.c \
	tests/unit/worker/sample.c,worker-core worker-recipe base,\
	$(BASE_LIBS) -lm))
