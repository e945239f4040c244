# bot: the command model and the daemon. BOT_PURE has no I/O, edges and the
# terminal link it; BOT_LOGIC speaks to ports alone.

BOT_PURE := $(addprefix services/bot/,catalogue.c problem.c words.c value.c \
	validate.c parse.c card.c plain.c table.c view_help.c view_job.c view_model.c \
	view_form.c view_link.c view_money.c view_setup.c action.c address.c \
	code.c parameters.c refusal.c lane.c told.c locale.c motion.c \
	motion_rule.c motion_words.c choice.c ranking.c sealed.c tallied.c \
	view_market.c view_vote.c view_booth.c view_wallet.c payee.c) \
	services/governance/commitment.c \
	$(addprefix services/chain/,evm_address.c evm_keccak.c evm_u256.c)
$(B)/libchat.a: $(call objects,$(BOT_PURE))
PURE_OBJECTS += $(call objects,$(BOT_PURE))

BOT_LOGIC := $(addprefix services/bot/,intake.c run.c people.c formers.c \
	roles.c live.c handlers.c handlers_data.c handlers_job.c \
	handlers_link.c handlers_model.c handlers_money.c handlers_propose.c \
	handlers_run.c handlers_sealed.c handlers_setup.c handlers_vote.c \
	handlers_market.c handlers_wallet.c live_market.c live_vote.c permit.c pressed.c suggest.c unseal.c)
$(B)/libbot.a: $(call objects,$(BOT_LOGIC))

$(eval $(call daemon,bot,services/bot/main.c,\
	edge bot chat base proto,$(EDGE_LIBS)))

BOT_TESTS := catalogue parse address parameters refusal lane table told \
	motion choice code ranking sealed
$(foreach t,$(BOT_TESTS),$(eval $(call unit,bot_$(t),\
	tests/unit/bot/test_$(t).c,chat proto base,-lprotobuf-c $(BASE_LIBS))))
$(eval $(call unit,bot_card,tests/unit/bot/test_card.c \
	tests/unit/bot/samples.c,chat proto base,-lprotobuf-c $(BASE_LIBS)))

# The logic between fake ports.
$(foreach t,bot handlers link market vote secret wallet,$(eval $(call unit,bot_$(t),\
	tests/unit/bot/test_$(t).c tests/unit/bot/world.c,\
	bot chat proto base,-lprotobuf-c $(BASE_LIBS))))
