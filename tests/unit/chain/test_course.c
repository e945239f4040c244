/* test_course.c - a wallet beside a chain that does what it likes: mines any
 * attempt that left the house, takes blocks back, lets others use the key, and
 * forgets what it was sent. Whatever happens, an intent happens at most once.
 *
 * SEED= chooses another course. */
#include "purse.h"

#include "base/rng.h"

#include <inttypes.h>
#include <stdlib.h>

#define STEPS	    60000
#define NONCES_MAX  40000
#define INTENTS_MAX 4096
#define INTENT_CAP  UINT64_C(100000000)
#define DAY_CAP	    UINT64_C(150000000)

/* What the nodes know of one nonce. */
struct slot {
	int intent;	  /* 0: nobody's; -1: somebody else's transaction */
	uint64_t hash;	  /* of what is mined; 0: nothing */
	uint32_t attempt; /* which one that is, from 1 */
	uint64_t block;
	bool is_final;
};

/* One of ours, as the test remembers it. */
struct wish {
	struct stoa_id id;
	uint64_t nonce;
	uint32_t attempts;
	uint64_t fee; /* of the last attempt */
	uint64_t hashes[CHAIN_ATTEMPTS_MAX];
	uint32_t revoked_at; /* the first attempt that revokes; 0: none */
	unsigned happened;   /* final, and no revocation */
};

static struct course {
	struct play p;
	struct stoa_rng rng;
	struct slot slots[NONCES_MAX];
	uint64_t final_to; /* all nonces below are final */
	struct wish wishes[INTENTS_MAX];
	int wish_count;
	uint64_t hashes, blocks;
	unsigned ends[16];
} t;

static uint64_t
dice(uint64_t bound)
{
	return stoa_rng_below(&t.rng, bound);
}

static Stoa__Chain__IntentReply
look(int wish)
{
	return purse_look(&t.p, t.wishes[wish].id.text);
}

/* ---- what chain does ---- */

static void
wish_new(void)
{
	if (t.wish_count + 1 < INTENTS_MAX) {
		t.wishes[++t.wish_count] =
		    (struct wish){.id = purse_submit(&t.p)};
	}
}

static void
price(int n)
{
	struct wish *w = &t.wishes[n];
	uint64_t fee = (1 + dice(500)) * GWEI;

	if (!purse_reserve(&t.p, w->id.text, 21000 + dice(70000), fee)) {
		return; /* over a cap, or too many in flight */
	}
	w->nonce = look(n).nonce;
	assert_true(w->nonce < NONCES_MAX);
	/* A nonce is given once; a stranger may have been there before. */
	assert_true(t.slots[w->nonce].intent <= 0);
	if (t.slots[w->nonce].intent == 0) {
		t.slots[w->nonce].intent = n;
	}
	w->attempts = 0;
	w->fee = fee;
	w->revoked_at = 0;
}

static void
sign(int n, bool is_cancellation)
{
	struct wish *w = &t.wishes[n];
	uint64_t fee =
	    w->attempts == 0 ? w->fee : w->fee + w->fee / 10 + dice(3) * 2 + 2;

	if (!purse_sign(&t.p, w->id.text, w->attempts + 1, fee, t.hashes + 1,
		is_cancellation)) {
		return; /* a cap, or it is dear enough by now */
	}
	w->hashes[w->attempts] = ++t.hashes;
	if (is_cancellation && w->revoked_at == 0) {
		w->revoked_at = w->attempts + 1;
	}
	w->attempts++;
	w->fee = fee;
}

static void
watch(int n)
{
	struct wish *w = &t.wishes[n];
	struct slot *slot = &t.slots[w->nonce];
	Stoa__Chain__State state = look(n).state;

	if (state == STOA__CHAIN__STATE__MINED) {
		if (slot->hash == 0 || slot->block != look(n).block) {
			assert_true(
			    purse_reorged(&t.p, w->id.text, look(n).block));
		} else if (slot->is_final) {
			assert_true(purse_final(&t.p, w->id.text, slot->block));
			t.ends[look(n).state]++;
		}
		return;
	}
	if (slot->intent == -1 && slot->is_final) {
		assert_true(purse_taken(&t.p, w->id.text, w->nonce));
		return;
	}
	if (slot->intent == n && slot->hash != 0) {
		assert_true(purse_mined(
		    &t.p, w->id.text, slot->hash, slot->block, dice(8) == 0));
	} else if (dice(4) == 0) {
		sign(n, w->revoked_at > 0);
	}
}

static void
act(int n)
{
	struct wish *w = &t.wishes[n];

	switch (chain_effect_of(
	    chain_intent_get(t.p.state, stoa_str_of(w->id.text)))) {
	case CHAIN_NOTHING:
		return;
	case CHAIN_PRICE:
		price(n);
		return;
	case CHAIN_SIGN:
		sign(n, false);
		return;
	case CHAIN_REVOKE:
		sign(n, true);
		return;
	case CHAIN_SEND:
		/* The crash may come before this is written down. */
		if (dice(3) == 0) {
			watch(n);
		} else {
			(void)purse_sent(&t.p, w->id.text, w->attempts);
		}
		return;
	case CHAIN_WATCH:
		watch(n);
		return;
	}
}

/* ---- what the chain does ---- */

/* The next nonce in order: one of ours, any attempt of it, or a stranger's. */
static void
mine(void)
{
	uint64_t nonce = t.final_to;
	struct slot *slot;

	while (nonce < NONCES_MAX && t.slots[nonce].hash != 0) {
		nonce++;
	}
	slot = &t.slots[nonce];
	if (dice(60) == 0) {
		slot->intent = -1;
		slot->hash = ++t.hashes;
	} else if (slot->intent > 0 && t.wishes[slot->intent].attempts > 0) {
		const struct wish *w = &t.wishes[slot->intent];

		slot->attempt = (uint32_t)dice(w->attempts) + 1;
		slot->hash = w->hashes[slot->attempt - 1];
	}
	if (slot->hash != 0) {
		slot->block = ++t.blocks;
	}
}

static void
reorganise(void)
{
	for (uint64_t nonce = t.final_to;
	     nonce < NONCES_MAX && t.slots[nonce].hash != 0; nonce++) {
		struct slot *slot = &t.slots[nonce];

		slot->hash = slot->block = 0;
		if (slot->intent == -1) {
			/* Whose it was before the stranger came. */
			slot->intent = 0;
			for (int n = 1; n <= t.wish_count; n++) {
				Stoa__Chain__IntentReply r = look(n);

				if (r.nonce == nonce &&
				    r.state >= STOA__CHAIN__STATE__RESERVED &&
				    r.state <= STOA__CHAIN__STATE__MINED) {
					slot->intent = n;
				}
			}
		}
	}
}

static void
finalise(void)
{
	struct slot *slot = &t.slots[t.final_to];

	if (slot->hash == 0) {
		return;
	}
	slot->is_final = true;
	t.final_to++;
	if (slot->intent > 0) {
		struct wish *w = &t.wishes[slot->intent];

		w->happened +=
		    w->revoked_at == 0 || slot->attempt < w->revoked_at;
		/* The claim of the whole ledger. */
		assert_true(w->happened <= 1);
	}
}

/* ---- the course ---- */

static void
check(int n)
{
	const struct wish *w = &t.wishes[n];
	Stoa__Chain__State state = look(n).state;

	assert_true(look(n).cost_gwei <= INTENT_CAP);
	if (state == STOA__CHAIN__STATE__DONE ||
	    state == STOA__CHAIN__STATE__REVERTED) {
		assert_int_equal(w->happened, 1);
	}
	if (state == STOA__CHAIN__STATE__CANCELLED ||
	    state == STOA__CHAIN__STATE__WAITING) {
		assert_int_equal(w->happened, 0);
	}
}

static void
step(void)
{
	uint64_t what = dice(100);
	int n = t.wish_count == 0 ? 0 : 1 + (int)dice((uint64_t)t.wish_count);

	/* Mostly the newer ones: the older have ended. */
	if (t.wish_count > 40 && dice(8) != 0) {
		n = t.wish_count - (int)dice(40);
	}
	if (what < 3 || n == 0) {
		wish_new();
	} else if (what < 4) {
		(void)purse_cancel(&t.p, "@marketplace", t.wishes[n].id.text);
	} else if (what < 80) {
		act(n);
		check(n);
	} else if (what < 92) {
		mine();
	} else if (what < 99) {
		finalise();
	} else if (dice(4) == 0) {
		reorganise();
	}
	assert_true(purse_wallet(&t.p).spent_today_gwei <= DAY_CAP);
	assert_true(purse_wallet(&t.p).in_flight <= CHAIN_IN_FLIGHT_MAX);
	t.p.now_us += (int64_t)dice(1000) * STOA_US_PER_S;
}

static void
test_course_an_intent_happens_at_most_once(void **state)
{
	const char *text = getenv("SEED");
	uint64_t seed = text == NULL ? 1 : strtoull(text, NULL, 10);

	(void)state;
	print_message("SEED=%" PRIu64 "\n", seed);
	memset(&t, 0, sizeof(t));
	stoa_rng_init(&t.rng, seed);
	purse_open(&t.p, INTENT_CAP, DAY_CAP);
	t.p.digest_one_in = 500;
	t.p.is_replaced = true;
	t.final_to = 7;
	for (int i = 0; i < STEPS; i++) {
		step();
		stoa_arena_reset(&t.p.arena);
	}
	print_message("%d intents: %u done, %u reverted, %u cancelled; %" PRIu64
		      " nonces final\n",
	    t.wish_count, t.ends[STOA__CHAIN__STATE__DONE],
	    t.ends[STOA__CHAIN__STATE__REVERTED],
	    t.ends[STOA__CHAIN__STATE__CANCELLED], t.final_to - 7);
	assert_true(t.ends[STOA__CHAIN__STATE__DONE] > 100);
	assert_true(t.ends[STOA__CHAIN__STATE__CANCELLED] > 10);
	play_end(&t.p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_course_an_intent_happens_at_most_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
