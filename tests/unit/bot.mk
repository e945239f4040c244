# The bot on a platform that has servers, buttons and forms: what is pure, and
# the logic between fake ports.
$(eval $(call unit,bot_action,tests/unit/bot/test_action.c,\
	chat proto base,-lprotobuf-c $(BASE_LIBS)))
$(foreach t,people pressed setup suggest,$(eval $(call unit,bot_$(t),\
	tests/unit/bot/test_$(t).c tests/unit/bot/world.c,\
	bot chat proto base,-lprotobuf-c $(BASE_LIBS))))
