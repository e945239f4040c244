/* sealed.c - see sealed.h. */
#include "bot/sealed.h"

#include "base/aead.h"
#include "base/core.h"
#include "bot/limits.h"
#include "governance/commitment.h"

#define PURPOSE STOA_STR("stoa secret ballots")

#define NONCE_SIZE STOA_AEAD_NONCE_SIZE
#define BOX_SIZE   (NONCE_SIZE + BOT_SEALED_PLAIN_SIZE + STOA_AEAD_TAG_SIZE)

STOA_STATIC_ASSERT(
    BOT_SEALED_PLAIN_SIZE <= UINT8_MAX + 1, "the length is one byte");

const struct bot_problem bot_sealed_lost = {
    .code = "ballot_not_kept",
    .field = "id",
    .given = "",
    .limit = "a ballot that was sealed here, by this bot's link key",
    .text = "what was kept of this ballot cannot be opened any more",
    .fix = "tell whoever runs this bot",
};

const char *
bot_sealed_key(struct stoa_arena *arena, const struct bot_sealer *s)
{
	const char *key = stoa_arena_printf(arena, "%.*s.%.*s.%.*s",
	    STOA_STR_ARG(s->community), STOA_STR_ARG(s->proposal),
	    STOA_STR_ARG(s->member));

	return key == NULL ? "" : key;
}

/* ---- what is derived ---- */

/* Of one ballot, for one use. */
static struct stoa_hash
derive(const struct bot_sealer *s, struct stoa_str use, uint64_t number)
{
	struct stoa_hash key = stoa_hkdf_sha256(PURPOSE, s->secret, use);
	const struct stoa_str parts[] = {s->community, s->proposal, s->member};
	struct stoa_hmac hmac;
	uint8_t bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (uint8_t)(number >> (56 - 8 * i));
	}
	stoa_hmac_init(&hmac, stoa_hash_str(&key));
	for (size_t i = 0; i < STOA_COUNT(parts); i++) {
		stoa_hmac_add(&hmac, parts[i].data, parts[i].len);
		stoa_hmac_add(&hmac, "", 1);
	}
	stoa_hmac_add(&hmac, bytes, sizeof(bytes));
	explicit_bzero(&key, sizeof(key));
	return stoa_hmac_end(&hmac);
}

/* ---- boxes ---- */

static bool
box_seal(struct stoa_arena *arena, const struct bot_sealer *s, uint64_t number,
    const Stoa__Governance__Ballot *ballot, ProtobufCBinaryData *ret_box)
{
	struct stoa_hash key = derive(s, STOA_STR("box"), number), nonce;
	struct stoa_str packed = stoa_pack(arena, &ballot->base);
	uint8_t plain[BOT_SEALED_PLAIN_SIZE] = {0};
	uint8_t *box = stoa_arena_alloc(arena, BOX_SIZE);
	struct stoa_aead aead = {.key = key.bytes, .nonce = box};
	struct stoa_str text = {(const char *)plain, sizeof(plain)};
	bool ok = false;

	if (box != NULL && packed.data != NULL) {
		stoa_assert(packed.len < sizeof(plain));
		plain[0] = (uint8_t)packed.len;
		memcpy(plain + 1, packed.data, packed.len);
		nonce = stoa_hmac_sha256(stoa_hash_str(&key), text);
		memcpy(box, nonce.bytes, NONCE_SIZE);
		ok = stoa_aead_seal(&aead, text, box + NONCE_SIZE);
		*ret_box = (ProtobufCBinaryData){BOX_SIZE, box};
	}
	explicit_bzero(plain, sizeof(plain));
	explicit_bzero(&key, sizeof(key));
	return ok;
}

static bool
box_open(struct stoa_arena *arena, const struct bot_sealer *s,
    const Stoa__Chat__SealedBallot *kept, struct bot_unsealed *ret_ballot)
{
	struct stoa_hash key = derive(s, STOA_STR("box"), kept->number);
	struct stoa_aead aead = {.key = key.bytes, .nonce = kept->box.data};
	uint8_t plain[BOT_SEALED_PLAIN_SIZE];
	bool ok;

	ok = kept->box.len == BOX_SIZE &&
	     stoa_aead_open(&aead,
		 stoa_str_of_bytes(
		     kept->box.data + NONCE_SIZE, BOX_SIZE - NONCE_SIZE),
		 plain) &&
	     plain[0] < sizeof(plain);
	explicit_bzero(&key, sizeof(key));
	if (ok) {
		ret_ballot->ballot =
		    stoa_unpack(arena, &stoa__governance__ballot__descriptor,
			stoa_str_of_bytes(plain + 1, plain[0]));
	}
	explicit_bzero(plain, sizeof(plain));
	if (!ok || ret_ballot->ballot == NULL) {
		return false;
	}
	ret_ballot->number = kept->number;
	ret_ballot->salt = derive(s, STOA_STR("salt"), kept->number);
	ret_ballot->commitment = governance_commitment(arena, s->proposal,
	    s->member, stoa_hash_str(&ret_ballot->salt), ret_ballot->ballot);
	return true;
}

/* ---- what is kept ---- */

static bool
is_it(const struct bot_unsealed *b, struct stoa_str committed)
{
	return stoa_str_is_equal(stoa_hash_str(&b->commitment), committed);
}

bool
bot_sealed_find(struct stoa_arena *arena, const struct bot_sealer *s,
    const Stoa__Chat__SealedBallots *kept, struct stoa_str committed,
    struct bot_unsealed *ret_ballot)
{
	struct bot_unsealed b = {0};

	for (size_t i = 0; i < kept->n_ballots; i++) {
		if (box_open(arena, s, kept->ballots[i], &b) &&
		    is_it(&b, committed)) {
			*ret_ballot = b;
			return true;
		}
	}
	return false;
}

/* Makes room for one more: drops the oldest that is not the committed one. */
static void
room_make(struct stoa_arena *arena, const struct bot_sealer *s,
    Stoa__Chat__SealedBallots *kept, struct stoa_str committed)
{
	struct bot_unsealed b = {0};
	size_t at = 0;

	if (kept->n_ballots < BOT_SEALED_MAX) {
		return;
	}
	while (at + 1 < kept->n_ballots &&
	       box_open(arena, s, kept->ballots[at], &b) &&
	       is_it(&b, committed)) {
		at++;
	}
	kept->n_ballots--;
	for (; at < kept->n_ballots; at++) {
		kept->ballots[at] = kept->ballots[at + 1];
	}
}

static bool
ballot_append(struct stoa_arena *arena, const struct bot_sealer *s,
    Stoa__Chat__SealedBallots *kept, const char *command,
    const Stoa__Governance__Ballot *ballot)
{
	Stoa__Chat__SealedBallot **all =
	    stoa_arena_alloc_array(arena, kept->n_ballots + 1, sizeof(all[0]));
	Stoa__Chat__SealedBallot *more = stoa_arena_alloc(arena, sizeof(*more));

	if (all == NULL || more == NULL) {
		return false;
	}
	stoa__chat__sealed_ballot__init(more);
	more->number = 1;
	for (size_t i = 0; i < kept->n_ballots; i++) {
		all[i] = kept->ballots[i];
		if (all[i]->number >= more->number) {
			more->number = all[i]->number + 1;
		}
	}
	more->command = stoa_arena_str(arena, stoa_str_of(command));
	if (more->command == NULL ||
	    !box_seal(arena, s, more->number, ballot, &more->box)) {
		return false;
	}
	all[kept->n_ballots++] = more;
	kept->ballots = all;
	return true;
}

bool
bot_sealed_add(struct stoa_arena *arena, const struct bot_sealer *s,
    Stoa__Chat__SealedBallots *kept, const char *command,
    const Stoa__Governance__Ballot *ballot, struct stoa_str committed,
    struct bot_unsealed *ret_ballot)
{
	for (size_t i = 0; i < kept->n_ballots; i++) {
		if (strcmp(kept->ballots[i]->command, command) == 0 &&
		    box_open(arena, s, kept->ballots[i], ret_ballot)) {
			return true;
		}
	}
	room_make(arena, s, kept, committed);
	return ballot_append(arena, s, kept, command, ballot) &&
	       box_open(
		   arena, s, kept->ballots[kept->n_ballots - 1], ret_ballot);
}
