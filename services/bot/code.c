/* code.c - see code.h. */
#include "bot/code.h"

#include <string.h>

static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

/* What follows is parted from the label by a byte that no text holds. */
static struct stoa_hash
keyed(struct stoa_str link_key, const char *label, struct stoa_str text)
{
	struct stoa_hmac hmac;

	stoa_hmac_init(&hmac, link_key);
	stoa_hmac_add(&hmac, label, strlen(label) + 1);
	stoa_hmac_add(&hmac, text.data, text.len);
	return stoa_hmac_end(&hmac);
}

void
bot_code_make(struct stoa_str link_key, struct stoa_str command,
    char ret_code[static BOT_CODE_SIZE])
{
	struct stoa_hash hash = keyed(link_key, "link-code", command);
	size_t len = 0;

	for (unsigned i = 0; i < BOT_CODE_DIGITS; i++) {
		if (i == BOT_CODE_DIGITS / 2) {
			ret_code[len++] = '-';
		}
		/* 32 divides 256: every digit is as likely as any other. */
		ret_code[len++] = digits[hash.bytes[i] % 32];
	}
	ret_code[len] = '\0';
	explicit_bzero(&hash, sizeof(hash));
}

/* The digit that was meant, or 0. */
static char
digit_of(char c)
{
	c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	c = c == 'o' ? '0' : c == 'i' || c == 'l' ? '1' : c;
	return c != '\0' && strchr(digits, c) != NULL ? c : '\0';
}

bool
bot_code_hash(
    struct stoa_str link_key, struct stoa_str typed, struct stoa_hash *ret_hash)
{
	char code[BOT_CODE_DIGITS];
	size_t len = 0;

	for (size_t i = 0; i < typed.len; i++) {
		char digit = digit_of(typed.data[i]);

		if (typed.data[i] == '-' || typed.data[i] == ' ') {
			continue;
		}
		if (digit == '\0' || len == sizeof(code)) {
			return false;
		}
		code[len++] = digit;
	}
	if (len < sizeof(code)) {
		return false;
	}
	*ret_hash = keyed(
	    link_key, "link-code-hash", stoa_str_of_bytes(code, sizeof(code)));
	explicit_bzero(code, sizeof(code));
	return true;
}
