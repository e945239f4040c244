# discord: what is said to Discord. DISCORD_PURE has no I/O; charts are drawn
# with cairo, on the worker pool.

DISCORD_WORDS := chat proto base
DISCORD_WORDS_LIBS := -lprotobuf-c $(BASE_LIBS) -lm

$(foreach t,locale,$(eval $(call unit,discord_$(t),\
	tests/unit/discord/test_$(t).c,$(DISCORD_WORDS),\
	$(DISCORD_WORDS_LIBS))))
