/* parties.c - members at addresses: who owns what is seen on the chain. */
#include "chain/state.h"

static struct stoa_str
address_key(const ProtobufCBinaryData *address)
{
	return stoa_str_of_bytes(address->data, address->len);
}

const Stoa__Chain__Party *
party_at(const struct chain_wallet *s, const ProtobufCBinaryData *address)
{
	const Stoa__Chain__AccountAt *at =
	    stoa_map_get(&s->parties, address_key(address));

	return at == NULL ? NULL : at->party;
}

bool
party_is_valid(
    const Stoa__Chain__Party *party, const char *field, struct stoa_decision *d)
{
	if (party == NULL ||
	    !stoa_text_is_line(party->community, 1, CHAIN_PARTY_NAME_MAX) ||
	    !stoa_text_is_line(party->member, 1, CHAIN_PARTY_NAME_MAX)) {
		REFUSE(d, field_not_valid, field,
		    stoa_decide_number(d, CHAIN_PARTY_NAME_MAX));
		return false;
	}
	return true;
}

bool
party_is_same(const Stoa__Chain__Party *a, const Stoa__Chain__Party *b)
{
	return strcmp(a->community, b->community) == 0 &&
	       strcmp(a->member, b->member) == 0;
}

/* An address is one party's for ever: it derives from it. */
bool
account_is_valid(const struct chain_wallet *s, const Stoa__Chain__Party *party,
    const ProtobufCBinaryData *address, struct stoa_decision *d)
{
	const Stoa__Chain__Party *had;

	if (!party_is_valid(party, "party", d)) {
		return false;
	}
	if (address->len != CHAIN_ADDRESS_SIZE) {
		REFUSE(d, field_not_valid, "address", "20 bytes");
		return false;
	}
	had = party_at(s, address);
	if (had != NULL && !party_is_same(had, party)) {
		REFUSE(d, stale, "address", had->member, party->member);
		return false;
	}
	if (had == NULL && s->parties.count >= CHAIN_KNOWN_MAX) {
		REFUSE(d, too_many, "accounts",
		    stoa_decide_number(d, CHAIN_KNOWN_MAX));
		return false;
	}
	return true;
}

void
parties_decide_open(const struct chain_wallet *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Chain__OpenAccountRequest *in =
	    (const Stoa__Chain__OpenAccountRequest *)c->request;
	Stoa__Chain__Event event = STOA__CHAIN__EVENT__INIT;
	Stoa__Chain__AccountOpened e = STOA__CHAIN__ACCOUNT_OPENED__INIT;

	if (!account_is_valid(s, in->party, &in->address, d) ||
	    party_at(s, &in->address) != NULL) {
		return; /* refused, or done already */
	}
	e.party = in->party;
	e.address = in->address;
	event.kind_case = EVENT_KIND(ACCOUNT_OPENED);
	event.account_opened = &e;
	stoa_decide_event(d, &event.base);
}

void
party_put(struct chain_wallet *s, Stoa__Chain__Party *party,
    const ProtobufCBinaryData *address)
{
	Stoa__Chain__AccountAt at = STOA__CHAIN__ACCOUNT_AT__INIT;

	if (party_at(s, address) != NULL) {
		return;
	}
	at.party = party;
	at.address = *address;
	(void)stoa_map_put(
	    &s->parties, address_key(address), stoa_keep(&at.base));
}

/* What comes from there was somebody's already. */
void
splitter_put(struct chain_wallet *s, struct stoa_str address)
{
	if (address.len == CHAIN_ADDRESS_SIZE) {
		(void)stoa_map_put(&s->splitters, address, s);
	}
}

void
parties_apply_opened(
    struct chain_wallet *s, const Stoa__Chain__AccountOpened *e)
{
	party_put(s, e->party, &e->address);
}
