# bot: the command model. BOT_PURE has no I/O; edges and the terminal link it.

BOT_PURE := $(addprefix services/bot/,catalogue.c problem.c words.c value.c \
	validate.c parse.c card.c plain.c view_help.c view_job.c view_model.c \
	view_money.c)
$(B)/libchat.a: $(call objects,$(BOT_PURE))
PURE_OBJECTS += $(call objects,$(BOT_PURE))

BOT_TESTS := catalogue parse
$(foreach t,$(BOT_TESTS),$(eval $(call unit,bot_$(t),\
	tests/unit/bot/test_$(t).c,chat proto base,-lprotobuf-c $(BASE_LIBS))))
$(eval $(call unit,bot_card,tests/unit/bot/test_card.c \
	tests/unit/bot/samples.c,chat proto base,-lprotobuf-c $(BASE_LIBS)))
