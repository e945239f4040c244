/* evm_siwe.c - see evm_siwe.h. */
#include "chain/evm_siwe.h"

#include "chain/evm_u256.h"

#define NONCE_LEN_MIN 8
#define WANTS	      " wants you to sign in with your Ethereum account:\n"

/* ---- characters of RFC 3986 ---- */

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool
is_unreserved(char c)
{
	return is_letter(c) || is_digit(c) || is_one_of(c, "-._~");
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Unreserved, sub-delims, percent-encoded, and those of `more`. */
static bool
is_made_of(struct stoa_str text, const char *more)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c == '%') {
			if (text.len - i < 3 || !is_hex(text.data[i + 1]) ||
			    !is_hex(text.data[i + 2])) {
				return false;
			}
			i += 2;
		} else if (!is_unreserved(c) && !is_one_of(c, "!$&'()*+,;=") &&
			   !is_one_of(c, more)) {
			return false;
		}
	}
	return true;
}

static bool
is_scheme(struct stoa_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (!is_letter(c) &&
		    (i == 0 || (!is_digit(c) && !is_one_of(c, "+-.")))) {
			return false;
		}
	}
	return text.len > 0;
}

/* [ userinfo "@" ] host [ ":" port ], the host not empty. */
static bool
is_authority(struct stoa_str text)
{
	struct stoa_str host = text, port = STOA_STR("");
	const char *at = memchr(text.data, '@', text.len);

	if (at != NULL) {
		size_t len = (size_t)(at - text.data);

		if (!is_made_of(stoa_str_of_bytes(text.data, len), ":")) {
			return false;
		}
		host = stoa_str_from(text, len + 1);
	}
	if (stoa_str_has_prefix(host, STOA_STR("["))) {
		struct stoa_str inner = stoa_str_from(host, 1);

		host = stoa_str_cut(&inner, ']');
		port = inner;
		if (!is_made_of(host, ":") ||
		    (port.len > 0 && port.data[0] != ':')) {
			return false;
		}
		port = stoa_str_from(port, 1);
	} else {
		port = host;
		host = stoa_str_cut(&port, ':');
		port = host.len == 0 && port.len == 0 ? STOA_STR("") : port;
		if (!is_made_of(host, "")) {
			return false;
		}
	}
	for (size_t i = 0; i < port.len; i++) {
		if (!is_digit(port.data[i])) {
			return false;
		}
	}
	return host.len > 0;
}

static bool
is_uri(struct stoa_str text)
{
	struct stoa_str rest = text, scheme = stoa_str_cut(&rest, ':');
	struct stoa_str hierarchy;

	if (scheme.len == text.len || !is_scheme(scheme)) {
		return false;
	}
	hierarchy = stoa_str_cut(&rest, '#');
	if (!is_made_of(rest, ":@/?")) {
		return false;
	}
	if (stoa_str_has_prefix(hierarchy, STOA_STR("//"))) {
		size_t len = 2;

		while (len < hierarchy.len &&
		       !is_one_of(hierarchy.data[len], "/?")) {
			len++;
		}
		if (!is_authority(
			stoa_str_of_bytes(hierarchy.data + 2, len - 2))) {
			return false;
		}
		hierarchy = stoa_str_from(hierarchy, len);
	}
	return is_made_of(hierarchy, ":@/?");
}

static bool
is_statement(struct stoa_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (!is_unreserved(c) && !is_one_of(c, "!$&'()*+,;=:/?#[]@ ")) {
			return false;
		}
	}
	return true;
}

static bool
is_nonce(struct stoa_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (!is_letter(text.data[i]) && !is_digit(text.data[i])) {
			return false;
		}
	}
	return text.len >= NONCE_LEN_MIN;
}

/* ---- dates ---- */

/* Two or four digits of `*rest` and the byte after them, if one is asked for.
 */
static bool
cut_number(struct stoa_str *rest, size_t digits, char after, int *ret_value)
{
	size_t len = digits + (after == '\0' ? 0 : 1);
	int value = 0;

	if (rest->len < len || (after != '\0' && rest->data[digits] != after)) {
		return false;
	}
	for (size_t i = 0; i < digits; i++) {
		if (!is_digit(rest->data[i])) {
			return false;
		}
		value = value * 10 + (rest->data[i] - '0');
	}
	*rest = stoa_str_from(*rest, len);
	*ret_value = value;
	return true;
}

/* Days since 1970 of a date of the Gregorian calendar, years from March. */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t m = month <= 2 ? month + 9 : month - 3;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	       719469;
}

static int
month_length(int year, int month)
{
	static const int lengths[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && is_leap ? 29 : lengths[month - 1];
}

/* "Z" or "+hh:mm": minutes east. */
static bool
read_zone(struct stoa_str rest, int *ret_minutes)
{
	int hours, minutes, sign;

	if (stoa_str_is_equal(rest, STOA_STR("Z")) ||
	    stoa_str_is_equal(rest, STOA_STR("z"))) {
		*ret_minutes = 0;
		return true;
	}
	if (rest.len != 6 || !is_one_of(rest.data[0], "+-")) {
		return false;
	}
	sign = rest.data[0] == '-' ? -1 : 1;
	rest = stoa_str_from(rest, 1);
	if (!cut_number(&rest, 2, ':', &hours) ||
	    !cut_number(&rest, 2, '\0', &minutes) || hours > 23 ||
	    minutes > 59) {
		return false;
	}
	*ret_minutes = sign * (hours * 60 + minutes);
	return true;
}

bool
evm_siwe_seconds(struct stoa_str text, int64_t *ret_seconds)
{
	int year, month, day, hour, minute, second, zone;

	if (!cut_number(&text, 4, '-', &year) ||
	    !cut_number(&text, 2, '-', &month) ||
	    (!cut_number(&text, 2, 'T', &day) &&
		!cut_number(&text, 2, 't', &day)) ||
	    !cut_number(&text, 2, ':', &hour) ||
	    !cut_number(&text, 2, ':', &minute) ||
	    !cut_number(&text, 2, '\0', &second)) {
		return false;
	}
	if (month < 1 || month > 12 || day < 1 ||
	    day > month_length(year, month) || hour > 23 || minute > 59 ||
	    second > 59) {
		return false;
	}
	if (text.len > 1 && text.data[0] == '.') {
		text = stoa_str_from(text, 1);
		if (!is_digit(text.data[0])) {
			return false;
		}
		while (text.len > 0 && is_digit(text.data[0])) {
			text = stoa_str_from(text, 1);
		}
	}
	if (!read_zone(text, &zone)) {
		return false;
	}
	*ret_seconds = days_of(year, month, day) * 86400 + hour * 3600 +
		       minute * 60 + second - (int64_t)zone * 60;
	return true;
}

/* ---- the message ---- */

static bool
is_time(struct stoa_str text)
{
	int64_t seconds;

	return evm_siwe_seconds(text, &seconds);
}

/* NULL, or which field is not what it must be. */
static const char *
field_fault(const struct evm_siwe *s)
{
	if (s->scheme.len > 0 && !is_scheme(s->scheme)) {
		return "the scheme";
	}
	if (!is_authority(s->domain)) {
		return "the domain";
	}
	if (!is_statement(s->statement)) {
		return "the statement";
	}
	if (!is_uri(s->uri)) {
		return "the URI";
	}
	if (!is_nonce(s->nonce)) {
		return "the nonce";
	}
	if (!is_time(s->issued_at)) {
		return "the time of issue";
	}
	if (s->expiration_time.len > 0 && !is_time(s->expiration_time)) {
		return "the expiration time";
	}
	if (s->not_before.len > 0 && !is_time(s->not_before)) {
		return "the not-before time";
	}
	if (!is_made_of(s->request_id, ":@")) {
		return "the request id";
	}
	for (size_t i = 0; i < s->resource_count; i++) {
		if (!is_uri(s->resources[i])) {
			return "a resource";
		}
	}
	return NULL;
}

static void
put_field(struct stoa_buf *b, const char *name, struct stoa_str value)
{
	if (value.len > 0) {
		stoa_buf_add_text(b, name);
		stoa_buf_add_str(b, value);
	}
}

static void
put_message(const struct evm_siwe *s, struct stoa_buf *b)
{
	char address[EVM_ADDRESS_TEXT_SIZE];

	stoa_buf_add_str(b, s->scheme);
	stoa_buf_add_text(b, s->scheme.len > 0 ? "://" : "");
	stoa_buf_add_str(b, s->domain);
	stoa_buf_add_text(b, WANTS);
	stoa_buf_add_text(b, evm_address_print(&s->address, address));
	stoa_buf_add_text(b, "\n");
	put_field(b, "\n", s->statement);
	stoa_buf_add_text(b, "\n");
	put_field(b, "\nURI: ", s->uri);
	stoa_buf_printf(
	    b, "\nVersion: 1\nChain ID: %llu", (unsigned long long)s->chain_id);
	put_field(b, "\nNonce: ", s->nonce);
	put_field(b, "\nIssued At: ", s->issued_at);
	put_field(b, "\nExpiration Time: ", s->expiration_time);
	put_field(b, "\nNot Before: ", s->not_before);
	put_field(b, "\nRequest ID: ", s->request_id);
	if (s->resource_count > 0) {
		stoa_buf_add_text(b, "\nResources:");
	}
	for (size_t i = 0; i < s->resource_count; i++) {
		put_field(b, "\n- ", s->resources[i]);
	}
}

enum stoa_status
evm_siwe_write(const struct evm_siwe *siwe, struct stoa_buf *b)
{
	size_t start = b->len;

	stoa_assert(siwe->resource_count <= EVM_SIWE_RESOURCES_MAX);
	if (field_fault(siwe) != NULL) {
		return STOA_INVALID;
	}
	put_message(siwe, b);
	return b->is_overflown || b->len - start > EVM_SIWE_SIZE_MAX
		   ? STOA_TOO_LARGE
		   : STOA_OK;
}

/* What follows `name` on the next line; empty if the line has another name. */
static struct stoa_str
cut_field(struct stoa_str *rest, struct stoa_str name)
{
	struct stoa_str value;

	if (!stoa_str_has_prefix(*rest, name)) {
		return STOA_STR("");
	}
	value = stoa_str_from(*rest, name.len);
	*rest = value;
	return stoa_str_cut(rest, '\n');
}

static bool
read_head(struct stoa_str *rest, struct evm_siwe *s)
{
	static const struct stoa_str wants = STOA_STR(WANTS);
	struct stoa_str line = stoa_str_cut(rest, '\n');
	size_t wanted = wants.len - 1; /* its LF is cut */
	const char *colon;

	if (line.len < wanted ||
	    memcmp(line.data + line.len - wanted, wants.data, wanted) != 0) {
		return false;
	}
	line.len -= wanted;
	s->domain = line;
	colon = memmem(line.data, line.len, "://", 3);
	if (colon != NULL) {
		s->scheme =
		    stoa_str_of_bytes(line.data, (size_t)(colon - line.data));
		s->domain = stoa_str_from(line, s->scheme.len + 3);
	}
	if (!evm_address_parse_strict(stoa_str_cut(rest, '\n'), &s->address) ||
	    stoa_str_cut(rest, '\n').len > 0) {
		return false;
	}
	s->statement = stoa_str_cut(rest, '\n');
	return s->statement.len == 0 || stoa_str_cut(rest, '\n').len == 0;
}

static bool
read_fields(struct stoa_str *rest, struct evm_siwe *s)
{
	struct stoa_str chain;
	struct evm_u256 number;

	s->uri = cut_field(rest, STOA_STR("URI: "));
	if (!stoa_str_is_equal(
		cut_field(rest, STOA_STR("Version: ")), STOA_STR("1"))) {
		return false;
	}
	chain = cut_field(rest, STOA_STR("Chain ID: "));
	if (!evm_u256_parse_decimal(chain, &number) ||
	    !evm_u256_to_u64(&number, &s->chain_id)) {
		return false;
	}
	s->nonce = cut_field(rest, STOA_STR("Nonce: "));
	s->issued_at = cut_field(rest, STOA_STR("Issued At: "));
	s->expiration_time = cut_field(rest, STOA_STR("Expiration Time: "));
	s->not_before = cut_field(rest, STOA_STR("Not Before: "));
	s->request_id = cut_field(rest, STOA_STR("Request ID: "));
	if (!stoa_str_has_prefix(*rest, STOA_STR("Resources:\n"))) {
		return true;
	}
	(void)stoa_str_cut(rest, '\n');
	while (rest->len > 0) {
		if (s->resource_count == EVM_SIWE_RESOURCES_MAX) {
			return false;
		}
		s->resources[s->resource_count++] =
		    cut_field(rest, STOA_STR("- "));
		if (s->resources[s->resource_count - 1].len == 0) {
			return false;
		}
	}
	return true;
}

static enum stoa_status
read_message(struct stoa_str text, struct evm_siwe *s, const char **why)
{
	struct stoa_str rest = text;
	struct stoa_buf again;
	enum stoa_status status;

	*why = "it is too long";
	if (text.len > EVM_SIWE_SIZE_MAX) {
		return STOA_TOO_LARGE;
	}
	*why = "the first lines";
	if (!read_head(&rest, s)) {
		return STOA_INVALID;
	}
	*why = "version, chain id or the list of resources";
	if (!read_fields(&rest, s)) {
		return STOA_INVALID;
	}
	*why = field_fault(s);
	if (*why != NULL) {
		return STOA_INVALID;
	}
	stoa_buf_init(&again, EVM_SIWE_SIZE_MAX + 64);
	put_message(s, &again);
	status = again.is_overflown ? STOA_NO_MEMORY
		 : stoa_str_is_equal(stoa_buf_str(&again), text) ? STOA_OK
								 : STOA_INVALID;
	*why = "the order of lines, or something between them";
	stoa_buf_fini(&again);
	return status;
}

enum stoa_status
evm_siwe_read(
    struct stoa_str text, struct evm_siwe *ret_siwe, const char **ret_why)
{
	struct evm_siwe siwe = {.resource_count = 0};
	const char *why;
	enum stoa_status status = read_message(text, &siwe, &why);

	if (status == STOA_OK) {
		*ret_siwe = siwe;
	} else if (ret_why != NULL) {
		*ret_why = why;
	}
	return status;
}

const char *
evm_siwe_fault(
    const struct evm_siwe *siwe, const struct evm_siwe_expected *expected)
{
	int64_t at;

	if (!stoa_str_is_equal(siwe->domain, expected->domain)) {
		return "it is for another site";
	}
	if (!stoa_str_is_equal(siwe->nonce, expected->nonce)) {
		return "its nonce is another one";
	}
	if (expected->request_id.len > 0 &&
	    !stoa_str_is_equal(siwe->request_id, expected->request_id)) {
		return "it is for another request";
	}
	if (expected->chain_id != 0 && siwe->chain_id != expected->chain_id) {
		return "it is for another chain";
	}
	if (siwe->expiration_time.len > 0 &&
	    (!evm_siwe_seconds(siwe->expiration_time, &at) ||
		at <= expected->now)) {
		return "it has expired";
	}
	if (siwe->not_before.len > 0 &&
	    (!evm_siwe_seconds(siwe->not_before, &at) || at > expected->now)) {
		return "it is not valid yet";
	}
	return NULL;
}
