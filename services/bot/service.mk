# bot: the command model. BOT_PURE has no I/O; edges and the terminal link it.

BOT_PURE := $(addprefix services/bot/,catalogue.c problem.c value.c \
	validate.c parse.c)
$(B)/libchat.a: $(call objects,$(BOT_PURE))
PURE_OBJECTS += $(call objects,$(BOT_PURE))

BOT_TESTS := catalogue parse
$(foreach t,$(BOT_TESTS),$(eval $(call unit,bot_$(t),\
	tests/unit/bot/test_$(t).c,chat proto base,-lprotobuf-c $(BASE_LIBS))))
