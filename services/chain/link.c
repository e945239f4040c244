/* link.c - see link.h. */
#include "chain/link.h"

#include "chain/evm_u256.h"

#include <inttypes.h>

/* A chat shows it in one line; addresses and numbers make it longer. */
#define TEMPLATE_MIN 12u
#define TEMPLATE_MAX 300u
#define LINK_MAX     2048u

static bool
number_put(ProtobufCBinaryData word, struct stoa_buf *b)
{
	char text[EVM_U256_TEXT_SIZE];
	struct evm_u256 number;

	if (word.len != EVM_WORD_SIZE) {
		return false;
	}
	number = evm_u256_of_bytes(stoa_str_of_bytes(word.data, word.len));
	stoa_buf_add_text(b, evm_u256_print_decimal(&number, text));
	return true;
}

static bool
address_put(const struct evm_address *address, struct stoa_buf *b)
{
	char text[EVM_ADDRESS_TEXT_SIZE];

	if (address == NULL) {
		return false;
	}
	stoa_buf_add_text(b, evm_address_print(address, text));
	return true;
}

static bool
chain_put(const struct chain_link *link, struct stoa_buf *b)
{
	stoa_buf_printf(b, "%" PRIu64, link->manifest->chain_id);
	return true;
}

static bool
nft_put(const struct chain_link *link, struct stoa_buf *b)
{
	return address_put(chain_manifest_at(link->manifest, CHAIN_NFT), b);
}

static bool
market_put(const struct chain_link *link, struct stoa_buf *b)
{
	return address_put(chain_manifest_at(link->manifest, CHAIN_MARKET), b);
}

static bool
token_put(const struct chain_link *link, struct stoa_buf *b)
{
	return number_put(link->token, b);
}

static bool
listing_put(const struct chain_link *link, struct stoa_buf *b)
{
	return number_put(link->listing, b);
}

static bool
account_put(const struct chain_link *link, struct stoa_buf *b)
{
	return address_put(link->account, b);
}

static const struct name {
	const char *name;
	bool (*put)(const struct chain_link *link, struct stoa_buf *b);
} names[] = {
    {"chain", chain_put},
    {"nft", nft_put},
    {"market", market_put},
    {"token", token_put},
    {"listing", listing_put},
    {"account", account_put},
};

static const struct name *
name_find(struct stoa_str name)
{
	for (size_t i = 0; i < STOA_COUNT(names); i++) {
		if (stoa_str_is_equal(name, stoa_str_of(names[i].name))) {
			return &names[i];
		}
	}
	return NULL;
}

const char *chain_link_fault(struct stoa_str template)
{
	struct stoa_str rest = template;

	if (template.len < TEMPLATE_MIN || template.len > TEMPLATE_MAX) {
		return "12 to 300 characters";
	}
	if (!stoa_str_has_prefix(template, STOA_STR("https://")) &&
	    !stoa_str_has_prefix(template, STOA_STR("http://"))) {
		return "https:// or http:// at the beginning";
	}
	for (size_t i = 0; i < template.len; i++) {
		char c = template.data[i];

		if (c <= ' ' || c > '~' || strchr("\"'<>\\`", c) != NULL) {
			return "printable ASCII without spaces, quotes, angle "
			       "brackets and backslashes";
		}
	}
	while (rest.len > 0) {
		struct stoa_str before = stoa_str_cut(&rest, '{');
		bool has_more =
		    before.data + before.len < template.data + template.len;
		struct stoa_str name;

		if (memchr(before.data, '}', before.len) != NULL) {
			return "braces in pairs";
		}
		if (!has_more) {
			break;
		}
		name = stoa_str_cut(&rest, '}');
		if (name.data + name.len == template.data + template.len) {
			return "braces in pairs";
		}
		if (name_find(name) == NULL) {
			return "{chain}, {nft}, {market}, {token}, {listing}, "
			       "{account}";
		}
	}
	return NULL;
}

bool
chain_link_print(
    struct stoa_str template, const struct chain_link *link, struct stoa_buf *b)
{
	struct stoa_str rest = template;
	struct stoa_buf text;
	bool ok = chain_link_fault(template) == NULL;

	stoa_buf_init(&text, LINK_MAX);
	while (ok && rest.len > 0) {
		struct stoa_str before = stoa_str_cut(&rest, '{');

		stoa_buf_add_str(&text, before);
		if (before.data + before.len < template.data + template.len) {
			struct stoa_str name = stoa_str_cut(&rest, '}');

			ok = name_find(name)->put(link, &text);
		}
	}
	ok = ok && !text.is_overflown;
	if (ok) {
		stoa_buf_add_str(b, stoa_buf_str(&text));
	}
	stoa_buf_fini(&text);
	return ok;
}
