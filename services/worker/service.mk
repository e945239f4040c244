# worker: runs training and inference on one machine. The recipe's parameters
# are a library of their own: training validates with it.

WORKER_RECIPE := $(addprefix services/worker/,problem.c recipe.c)
$(B)/libworker-recipe.a: $(call objects,$(WORKER_RECIPE))

WORKER_CORE := $(addprefix services/worker/,dataset.c split.c import.c \
	features.c vocabulary.c corpus.c kernel.c model.c sgd.c calibrate.c \
	metrics.c evaluate.c train.c safetensors.c config.c pack.c card.c \
	progress.c)
$(B)/libworker-core.a: $(call objects,$(WORKER_CORE))
PURE_OBJECTS += $(call objects,$(WORKER_CORE) $(WORKER_RECIPE))

# No product fused into a sum: a model's bytes must not depend on whether the
# target has such an instruction.
$(call objects,$(WORKER_CORE)): CFLAGS += -ffp-contract=off

# Files, keys, processes.
WORKER_TRAINER := $(addprefix services/worker/,dataset_read.c file.c \
	model_dir.c dsse.c statement.c provenance.c sandbox.c train_child.c \
	child.c)
$(B)/libworker-trainer.a: $(call objects,$(WORKER_TRAINER))

# What the daemon says to training, pure; the daemon without its main.
WORKER_WORDS := $(addprefix services/worker/,item.c report.c)
$(B)/libworker-words.a: $(call objects,$(WORKER_WORDS))
PURE_OBJECTS += $(call objects,$(WORKER_WORDS))

WORKER_DAEMON := $(addprefix services/worker/,folder.c identity.c transfer.c \
	attempt.c attempt_files.c attempt_child.c attempt_calls.c jobs.c shelf.c \
	models.c predict.c)
$(B)/libworker.a: $(call objects,$(WORKER_DAEMON))
WORKER_DAEMON_LIBS := worker edge worker-words worker-trainer worker-core \
	worker-recipe storage-client storage-core base proto
$(eval $(call daemon,worker,services/worker/main.c,$(WORKER_DAEMON_LIBS),\
	$(EDGE_LIBS)))

FUZZ_LIBS_model := worker-core worker-recipe base
WORKER_LIBS := worker-trainer worker-core worker-recipe base
WORKER_SYSTEM_LIBS := $(BASE_LIBS) -lseccomp -lm

WORKER_SAMPLE := tests/unit/worker/sample.c
WORKER_FOLDER := tests/unit/worker/folder.c
$(eval $(call unit,worker_recipe,tests/unit/worker/test_recipe.c,\
	worker-recipe base,$(BASE_LIBS)))
$(foreach t,import dataset features kernel progress,\
	$(eval $(call unit,worker_$(t),tests/unit/worker/test_$(t).c,\
	worker-core worker-recipe base,$(BASE_LIBS) -lm)))
$(foreach t,train pack card,\
	$(eval $(call unit,worker_$(t),tests/unit/worker/test_$(t).c \
	$(WORKER_SAMPLE),worker-core worker-recipe base,$(BASE_LIBS) -lm)))
$(foreach t,dataset_read dsse provenance child,\
	$(eval $(call unit,worker_$(t),tests/unit/worker/test_$(t).c \
	$(WORKER_FOLDER),$(WORKER_LIBS),$(WORKER_SYSTEM_LIBS))))

$(foreach t,item report,$(eval $(call unit,worker_$(t),\
	tests/unit/worker/test_$(t).c,worker-words worker-core worker-recipe \
	proto base,-lprotobuf-c $(BASE_LIBS) -lm)))

# The bus is the test's own; storage is the real one.
$(eval $(call unit,worker_jobs,tests/unit/worker/test_jobs.c \
	tests/unit/worker/suite.c $(WORKER_FOLDER),storage \
	$(WORKER_DAEMON_LIBS),$(EDGE_LIBS)))

# ---- tools and the bench ----
$(eval $(call program,test/worker_train_tool,tests/bench/worker_train_tool.c,\
	$(WORKER_LIBS),$(WORKER_SYSTEM_LIBS)))
$(eval $(call program,test/bench_trainer,tests/bench/bench_trainer.c,\
	$(WORKER_LIBS),$(WORKER_SYSTEM_LIBS)))

# fasttext's model alone takes 800 MB of scratch space.
.PHONY: bench-trainer
bench-trainer: $(B)/bin/test/bench_trainer
	@dir=$$(mktemp -d) && trap "rm -rf $$dir" EXIT && \
		$< docs/samples/clinc150 $$dir

# The files of a model beside readers that others wrote.
MODEL_PEER := tests/peers/model

$(MODEL_PEER)/node_modules/.ready: $(MODEL_PEER)/package-lock.json
	cd $(MODEL_PEER) && npm ci --loglevel=error --no-audit --no-fund --ignore-scripts
	@touch $@

.PHONY: peer-model
peer-model: $(B)/bin/test/worker_train_tool $(MODEL_PEER)/node_modules/.ready \
		$(UNIXFS_NODE)
	@dir=$$(mktemp -d) && trap "rm -rf $$dir" EXIT && \
		$< train docs/samples/clinc150 $$dir/model epochs=1 \
			>/dev/null 2>&1 && \
		$< sign $$dir/model && $< verify $$dir/model && \
		$(UNIXFS_NODE) $(MODEL_PEER)/peer.mjs $$dir/model
