/* address.c - subjects and replies, both ways. */
#include "bot/address.h"

#include <stdio.h>

static bool
is_token(struct stoa_str text, size_t len_max, bool may_have_colon)
{
	if (text.len == 0 || text.len > len_max) {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '_' || c == '-' ||
			(c == ':' && may_have_colon))) {
			return false;
		}
	}
	return true;
}

static void
text_set(char *to, struct stoa_str text)
{
	memcpy(to, text.data, text.len);
	to[text.len] = '\0';
}

static bool
people_set(
    struct bot_address *a, struct stoa_str platform, struct stoa_str user)
{
	if (!is_token(platform, BOT_PLATFORM_LEN_MAX, false) ||
	    !is_token(user, BOT_USER_LEN_MAX, false)) {
		return false;
	}
	text_set(a->platform, platform);
	text_set(a->user, user);
	return true;
}

bool
bot_address_parse(struct stoa_str subject, struct bot_address *ret_address)
{
	struct stoa_str prefix = STOA_STR("stoa.chat.in."), platform;

	if (!stoa_str_has_prefix(subject, prefix)) {
		return false;
	}
	subject = stoa_str_from(subject, prefix.len);
	platform = stoa_str_cut(&subject, '.');
	(void)stoa_str_cut(&subject, '.'); /* the slot only spreads load */
	ret_address->id[0] = '\0';
	return people_set(ret_address, platform, subject);
}

bool
bot_address_set_id(struct bot_address *a, struct stoa_str id)
{
	if (!is_token(id, BOT_COMMAND_ID_LEN_MAX, true)) {
		return false;
	}
	text_set(a->id, id);
	return true;
}

void
bot_address_final(
    const struct bot_address *a, char subject[static BOT_ADDRESS_TEXT_SIZE])
{
	(void)snprintf(subject, BOT_ADDRESS_TEXT_SIZE, "stoa.chat.out.%s.%s.%s",
	    a->platform, a->user, a->id);
}

void
bot_address_live(
    const struct bot_address *a, char subject[static BOT_ADDRESS_TEXT_SIZE])
{
	(void)snprintf(subject, BOT_ADDRESS_TEXT_SIZE,
	    "stoa.progress.card.%s.%s", a->platform, a->user);
}

void
bot_address_print(
    const struct bot_address *a, char text[static BOT_ADDRESS_TEXT_SIZE])
{
	(void)snprintf(text, BOT_ADDRESS_TEXT_SIZE, "%s|%s|%s", a->platform,
	    a->user, a->id);
}

bool
bot_address_read(struct stoa_str text, struct bot_address *ret_address)
{
	struct stoa_str platform = stoa_str_cut(&text, '|');
	struct stoa_str user = stoa_str_cut(&text, '|');

	return people_set(ret_address, platform, user) &&
	       bot_address_set_id(ret_address, text);
}

/* ---- of notices ---- */

bool
bot_notice_address_set_channel(
    struct bot_notice_address *a, struct stoa_str channel)
{
	if (channel.len > 0 &&
	    !is_token(channel, BOT_PLATFORM_ID_LEN_MAX, false)) {
		return false;
	}
	text_set(a->channel, channel);
	return true;
}

const char *
bot_notice_address_print(
    const struct bot_notice_address *a, struct stoa_arena *arena)
{
	char text[BOT_ADDRESS_TEXT_SIZE];
	const char *all;

	bot_address_print(&a->to, text);
	all = stoa_arena_printf(arena, "%s%s%s", text,
	    a->channel[0] == '\0' ? "" : " ", a->channel);
	return all == NULL ? "" : all;
}

bool
bot_notice_address_read(
    struct stoa_str text, struct bot_notice_address *ret_address)
{
	struct stoa_str address = stoa_str_cut(&text, ' ');

	return bot_address_read(address, &ret_address->to) &&
	       bot_notice_address_set_channel(ret_address, text);
}
