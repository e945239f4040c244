# stoa: the command line. TERM_SOURCES is its terminal: drawing, completing,
# editing; libterm.a, with $(TERM_LIBS).

TERM_SOURCES := $(sort $(wildcard services/stoa/term_*.c))
TERM_LIBS := -ledit -lm
$(B)/libterm.a: $(call objects,$(TERM_SOURCES))

$(eval $(call unit,stoa_term_card,tests/unit/stoa/test_term_card.c \
	tests/unit/bot/samples.c,term chat proto base,\
	$(TERM_LIBS) -lprotobuf-c $(BASE_LIBS)))
$(eval $(call unit,stoa_term_complete,tests/unit/stoa/test_term_complete.c,\
	term chat proto base,$(TERM_LIBS) -lprotobuf-c $(BASE_LIBS)))
$(eval $(call unit,stoa_term_line,tests/unit/stoa/test_term_line.c,\
	term chat proto base,$(TERM_LIBS) -lprotobuf-c $(BASE_LIBS) -lutil))

# The program. What a terminal says goes through the bot's own model.
STOA_SOURCES := $(addprefix services/stoa/,main.c session.c client.c upload.c \
	run.c live.c known.c known_list.c chat.c contract.c home.c profile.c provision.c ready.c \
	supervise.c up.c options.c children.c status.c doctor.c \
	journal_check.c verify.c verify_vote.c \
	bundle.c export.c)
$(eval $(call program,stoa,$(STOA_SOURCES),\
	term storage-client storage-core edge domain accounts training \
	governance marketplace chain worker-recipe chat base proto,$(TERM_LIBS) $(EDGE_LIBS)))
DAEMONS += $(B)/bin/stoa

$(eval $(call unit,stoa_known_list,tests/unit/stoa/test_known_list.c \
	services/stoa/known_list.c,proto base,-lprotobuf-c $(BASE_LIBS)))
$(eval $(call unit,stoa_client,tests/unit/stoa/test_client.c \
	services/stoa/client.c libcommon/edge/entropy.c,chat proto base,\
	-lprotobuf-c $(BASE_LIBS)))

$(eval $(call unit,stoa_bundle,tests/unit/stoa/test_bundle.c \
	services/stoa/bundle.c services/stoa/home.c services/stoa/contract.c,\
	edge domain base proto,$(EDGE_LIBS)))
