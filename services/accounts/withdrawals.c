/* withdrawals.c - Joy that has come from a chain, and goes back to it.
 *
 * The chain's vault holds what the members of its communities have together;
 * "@vault" is the other side of it here, so that all accounts sum to zero. What
 * is to leave is set aside at once, waits for its time, and is sent once. */
#include "accounts/state.h"
#include "base/hasher.h"
#include "base/id.h"
#include "base/image.h"

#include <stdlib.h>

#define STATE(NAME) STOA__ACCOUNTS__WITHDRAWAL_STATE__##NAME

/* ---- arriving ------------------------------------------------------------ */

static bool
deposit_fits(const struct accounts *s, const Stoa__Accounts__DepositRequest *in,
    struct stoa_decision *d)
{
	const struct account *a = account_get(s, in->member);
	int64_t sum;

	if (a == NULL) {
		REFUSE(d, no_such_member, in->member);
		return false;
	}
	if (in->amount_micro <= 0) {
		REFUSE(d, amount_not_positive,
		    stoa_decide_number(d, in->amount_micro));
		return false;
	}
	if (in->amount_micro > ACCOUNTS_AMOUNT_MAX ||
	    __builtin_add_overflow(a->available[0], a->held[0], &sum) ||
	    __builtin_add_overflow(sum, in->amount_micro, &sum) ||
	    __builtin_sub_overflow(s->vault_micro, in->amount_micro, &sum)) {
		REFUSE(d, amount_too_large,
		    stoa_decide_number(d, in->amount_micro),
		    stoa_decide_number(d, ACCOUNTS_AMOUNT_MAX));
		return false;
	}
	return true;
}

void
withdrawals_decide_deposit(const struct accounts *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Accounts__DepositRequest *in =
	    (const Stoa__Accounts__DepositRequest *)c->request;
	struct stoa_id id =
	    stoa_id_derive('t', c->community, c->actor, c->id, 0);
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__Moved moved = STOA__ACCOUNTS__MOVED__INIT;

	if (!stoa_actor_is(c, "chain") && !stoa_actor_is(c, "marketplace")) {
		REFUSE(d, not_permitted, "what a chain has said");
		return;
	}
	if (!stoa_text_is_line(in->memo, 0, ACCOUNTS_MEMO_MAX)) {
		REFUSE(d, name_not_valid, "memo",
		    stoa_decide_number(d, ACCOUNTS_MEMO_MAX));
		return;
	}
	if (!deposit_fits(s, in, d)) {
		return;
	}
	moved.id = id.text;
	moved.from = (char *)(uintptr_t) "@vault";
	moved.to = in->member;
	moved.asset = STOA__ACCOUNTS__ASSET__JOY;
	moved.amount_micro = in->amount_micro;
	moved.memo = in->memo;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_MOVED;
	event.moved = &moved;
	stoa_decide_event(d, &event.base);
}

/* ---- leaving ------------------------------------------------------------- */

static int64_t
day_of(int64_t us)
{
	return us / STOA_US_PER_DAY;
}

static int64_t
withdrawn_today(const struct accounts *s, const struct member *m, int64_t us)
{
	const struct withdrawn *w = stoa_map_get(&s->withdrawn, m->id);

	return w != NULL && w->day == day_of(us) ? w->micro : 0;
}

static bool
amount_is_allowed(const struct accounts *s, const struct member *m,
    int64_t micro, const struct stoa_command *c, struct stoa_decision *d)
{
	int64_t today = withdrawn_today(s, m, c->now.us);

	if (micro <= 0) {
		REFUSE(d, amount_not_positive, stoa_decide_number(d, micro));
		return false;
	}
	if (micro > ACCOUNTS_AMOUNT_MAX) {
		REFUSE(d, amount_too_large, stoa_decide_number(d, micro),
		    stoa_decide_number(d, ACCOUNTS_AMOUNT_MAX));
		return false;
	}
	if (today + micro > s->withdrawal_day_micro) {
		REFUSE(d, over_day_limit, stoa_decide_number(d, today + micro),
		    stoa_decide_number(d, s->withdrawal_day_micro));
		return false;
	}
	if (m->account.available[0] < micro) {
		REFUSE(d, insufficient_funds, m->id.data,
		    stoa_decide_number(d, m->account.available[0]),
		    stoa_decide_number(d, micro));
		return false;
	}
	return true;
}

static bool
address_is_valid(const ProtobufCBinaryData *address, struct stoa_decision *d)
{
	static const uint8_t nobody[ACCOUNTS_ADDRESS_SIZE];

	if (address->len != ACCOUNTS_ADDRESS_SIZE ||
	    memcmp(address->data, nobody, sizeof(nobody)) == 0) {
		REFUSE(d, address_not_valid, "20 bytes, not all zero");
		return false;
	}
	return true;
}

static size_t
open_of(const struct accounts *s, const struct member *m)
{
	size_t count = 0;

	STOA_MAP_EACH(&s->sendable, entry)
	{
		const struct withdrawal *w = entry->value;

		count += member_get(s, stoa_str_of(w->said->member)) == m;
	}
	return count;
}

static bool
number_is_allowed(
    const struct accounts *s, const struct member *m, struct stoa_decision *d)
{
	size_t max = ACCOUNTS_WITHDRAWALS_OPEN_MAX;

	if (s->sendable.count < max && s->holds.count < ACCOUNTS_HOLDS_MAX) {
		max = ACCOUNTS_WITHDRAWALS_OPEN_OF_ONE_MAX;
		if (open_of(s, m) < max) {
			return true;
		}
	}
	REFUSE(d, too_many, "withdrawals under way",
	    stoa_decide_number(d, (int64_t)max));
	return false;
}

static void
event_asked(const struct accounts *s, const struct member *m,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Accounts__WithdrawRequest *in =
	    (const Stoa__Accounts__WithdrawRequest *)c->request;
	struct stoa_id id =
	    stoa_id_derive('w', c->community, c->actor, c->id, 0);
	struct stoa_id hold =
	    stoa_id_derive('h', c->community, c->actor, c->id, 0);
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__HoldPlaced placed = STOA__ACCOUNTS__HOLD_PLACED__INIT;
	Stoa__Accounts__WithdrawalAsked e =
	    STOA__ACCOUNTS__WITHDRAWAL_ASKED__INIT;

	placed.id = hold.text;
	placed.member = (char *)(uintptr_t)m->id.data;
	placed.joy_micro = in->amount_micro;
	placed.expires_us = INT64_MAX; /* its end is the withdrawal's */
	placed.purpose = (char *)(uintptr_t) "withdrawal";
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_HOLD_PLACED;
	event.hold_placed = &placed;
	stoa_decide_event(d, &event.base);
	e.id = id.text;
	e.member = placed.member;
	e.amount_micro = in->amount_micro;
	e.address = in->address;
	e.hold = hold.text;
	e.due_us = c->now.us + s->withdrawal_delay_us;
	e.reply = in->reply;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_WITHDRAWAL_ASKED;
	event.withdrawal_asked = &e;
	stoa_decide_event(d, &event.base);
}

void
withdrawals_decide_ask(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__WithdrawRequest *in =
	    (const Stoa__Accounts__WithdrawRequest *)c->request;
	const struct member *m = member_get(s, c->actor);

	if (m == NULL) {
		REFUSE(d, no_such_member, stoa_arena_str(d->arena, c->actor));
		return;
	}
	/* Whose Joy was deposited and whose was issued nobody can say. */
	if (s->is_unbacked) {
		REFUSE(d, unbacked_joy, "");
		return;
	}
	if (strlen(in->reply) > ACCOUNTS_REPLY_MAX) {
		REFUSE(d, name_not_valid, "reply",
		    stoa_decide_number(d, ACCOUNTS_REPLY_MAX));
		return;
	}
	if (number_is_allowed(s, m, d) && address_is_valid(&in->address, d) &&
	    amount_is_allowed(s, m, in->amount_micro, c, d)) {
		event_asked(s, m, c, d);
	}
}

/* ---- ending -------------------------------------------------------------- */

static void
event_ended(struct stoa_decision *d, Stoa__Accounts__WithdrawalEnded *e)
{
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;

	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_WITHDRAWAL_ENDED;
	event.withdrawal_ended = e;
	stoa_decide_event(d, &event.base);
}

static const char *
state_name(Stoa__Accounts__WithdrawalState state)
{
	return protobuf_c_enum_descriptor_get_value(
	    &stoa__accounts__withdrawal_state__descriptor, (int)state)
	    ->name;
}

void
withdrawals_decide_cancel(const struct accounts *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Accounts__CancelWithdrawalRequest *in =
	    (const Stoa__Accounts__CancelWithdrawalRequest *)c->request;
	const struct withdrawal *w =
	    stoa_map_get(&s->withdrawals, stoa_str_of(in->withdrawal));
	Stoa__Accounts__WithdrawalEnded e =
	    STOA__ACCOUNTS__WITHDRAWAL_ENDED__INIT;

	if (w == NULL || member_get(s, stoa_str_of(w->said->member)) !=
			     member_get(s, c->actor)) {
		REFUSE(d, no_such_withdrawal, in->withdrawal);
		return;
	}
	if (w->ended != NULL) {
		REFUSE(d, withdrawal_ended, in->withdrawal,
		    state_name(w->ended->state));
		return;
	}
	/* From then on it may be on its way. */
	if (w->said->due_us <= c->now.us) {
		REFUSE(d, withdrawal_ended, in->withdrawal,
		    state_name(STATE(SENDING)));
		return;
	}
	e.id = in->withdrawal;
	e.state = STATE(CANCELLED);
	event_ended(d, &e);
}

void
withdrawals_decide_record(const struct accounts *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Accounts__RecordWithdrawalRequest *in =
	    (const Stoa__Accounts__RecordWithdrawalRequest *)c->request;
	const struct withdrawal *w =
	    stoa_map_get(&s->withdrawals, stoa_str_of(in->withdrawal));
	Stoa__Accounts__WithdrawalEnded e =
	    STOA__ACCOUNTS__WITHDRAWAL_ENDED__INIT;

	if (!stoa_actor_is(c, "accounts")) {
		REFUSE(d, not_permitted, "the daemon itself");
		return;
	}
	if (w == NULL) {
		REFUSE(d, no_such_withdrawal, in->withdrawal);
		return;
	}
	if (w->ended != NULL) {
		return; /* done already */
	}
	if (!stoa_text_is_line(in->why, 0, ACCOUNTS_WHY_MAX) ||
	    (in->is_sent && in->transaction.len != STOA_HASH_SIZE)) {
		REFUSE(d, name_not_valid, "why",
		    stoa_decide_number(d, ACCOUNTS_WHY_MAX));
		return;
	}
	e.id = in->withdrawal;
	e.state = in->is_sent ? STATE(SENT) : STATE(FAILED);
	e.transaction = in->transaction;
	e.why = in->why;
	event_ended(d, &e);
}

/* ---- apply --------------------------------------------------------------- */

static struct withdrawal *
withdrawal_add(struct accounts *s, Stoa__Accounts__WithdrawalAsked *said)
{
	struct withdrawal *w = calloc(1, sizeof(*w));

	stoa_assert(w != NULL);
	w->said = said;
	stoa_assert(
	    stoa_map_put(&s->withdrawals, stoa_str_of(said->id), w) == NULL);
	w->id = s->withdrawals.entries[s->withdrawals.entry_count - 1].key;
	return w;
}

static void
withdrawal_free(struct withdrawal *w)
{
	stoa_keep_free(w->said);
	stoa_keep_free(w->ended);
	free(w);
}

/* The oldest of those that have ended. */
static void
forget_one(struct accounts *s)
{
	size_t at = 0;
	struct stoa_map_entry *entry;

	while ((entry = stoa_map_next(&s->withdrawals, &at)) != NULL) {
		struct withdrawal *w = entry->value;

		if (w->ended != NULL) {
			(void)stoa_map_remove(&s->withdrawals, w->id);
			withdrawal_free(w);
			return;
		}
	}
}

static void
withdrawn_add(
    struct accounts *s, struct stoa_str member, int64_t day, int64_t micro)
{
	struct withdrawn *w = stoa_map_get(&s->withdrawn, member);

	if (w == NULL) {
		w = calloc(1, sizeof(*w));
		stoa_assert(w != NULL);
		(void)stoa_map_put(&s->withdrawn, member, w);
	}
	if (w->day < day) {
		w->day = day;
		w->micro = 0;
	}
	if (w->day == day) {
		w->micro += micro;
	}
}

void
withdrawals_merge(
    struct accounts *s, const struct member *to, const struct member *from)
{
	struct withdrawn *w = stoa_map_remove(&s->withdrawn, from->id);

	if (w != NULL) {
		withdrawn_add(s, to->id, w->day, w->micro);
		free(w);
	}
}

void
withdrawals_apply_asked(struct accounts *s, const struct stoa_fact *fact,
    const Stoa__Accounts__WithdrawalAsked *e)
{
	struct withdrawal *w;

	if (s->withdrawals.count >= ACCOUNTS_WITHDRAWALS_MAX) {
		forget_one(s);
	}
	w = withdrawal_add(s, stoa_keep(&e->base));
	w->asked_us = fact->time.us;
	(void)stoa_map_put(&s->sendable, w->id, w);
	withdrawn_add(
	    s, stoa_str_of(e->member), day_of(w->asked_us), e->amount_micro);
}

void
withdrawals_apply_ended(struct accounts *s, const struct stoa_fact *fact,
    const Stoa__Accounts__WithdrawalEnded *e)
{
	struct withdrawal *w =
	    stoa_map_get(&s->withdrawals, stoa_str_of(e->id));
	const struct member *m;
	int64_t taken[ASSET_COUNT] = {0};

	stoa_assert(w != NULL && w->ended == NULL);
	w->ended = stoa_keep(&e->base);
	w->ended_us = fact->time.us;
	(void)stoa_map_remove(&s->sendable, w->id);
	if (e->state == STATE(SENT)) {
		taken[0] = w->said->amount_micro;
		s->vault_micro += taken[0];
		s->transfer_count++;
	} else {
		m = member_get(s, stoa_str_of(w->said->member));
		withdrawn_add(
		    s, m->id, day_of(w->asked_us), -w->said->amount_micro);
	}
	hold_close(s, w->said->hold, taken);
}

/* ---- what is to be done, and what is told -------------------------------- */

const struct withdrawal *
accounts_next_withdrawal(const struct accounts *s, size_t *cursor)
{
	struct stoa_map_entry *entry = stoa_map_next(&s->sendable, cursor);

	return entry == NULL ? NULL : entry->value;
}

const Stoa__Accounts__WithdrawalAsked *
accounts_withdrawal(const struct accounts *s, struct stoa_str id)
{
	const struct withdrawal *w = stoa_map_get(&s->sendable, id);

	return w == NULL ? NULL : w->said;
}

const Stoa__Accounts__WithdrawalAsked *
accounts_withdrawal_said(const struct withdrawal *w)
{
	return w->said;
}

static void
withdrawal_view(const struct withdrawal *w, const struct member *m,
    int64_t now_us, Stoa__Accounts__Withdrawal *out)
{
	stoa__accounts__withdrawal__init(out);
	out->id = w->said->id;
	out->member = (char *)(uintptr_t)m->id.data;
	out->amount_micro = w->said->amount_micro;
	out->address = w->said->address;
	out->asked_us = w->asked_us;
	out->due_us = w->said->due_us;
	out->reply = w->said->reply;
	out->state =
	    w->said->due_us <= now_us ? STATE(SENDING) : STATE(WAITING);
	if (w->ended != NULL) {
		out->state = w->ended->state;
		out->ended_us = w->ended_us;
		out->transaction = w->ended->transaction;
		out->why = w->ended->why;
	}
}

enum stoa_status
accounts_withdrawals(const struct accounts *s,
    const Stoa__Accounts__WithdrawalsQuery *in, struct stoa_arena *arena,
    Stoa__Accounts__WithdrawalsReply *out)
{
	uint32_t limit = in->limit == 0 || in->limit > ACCOUNTS_PAGE_MAX
			     ? ACCOUNTS_PAGE_MAX
			     : in->limit;
	const struct member *m =
	    s == NULL ? NULL : member_get(s, stoa_str_of(in->member));
	Stoa__Accounts__Withdrawal *all =
	    stoa_arena_alloc_array(arena, limit, sizeof(*all));

	out->withdrawals =
	    stoa_arena_alloc_array(arena, limit, sizeof(out->withdrawals[0]));
	if (all == NULL || out->withdrawals == NULL) {
		return STOA_TOO_LARGE;
	}
	if (s == NULL || (m == NULL && in->member[0] != '\0')) {
		return STOA_NOT_FOUND;
	}
	out->delay_us = s->withdrawal_delay_us;
	out->day_micro = s->withdrawal_day_micro;
	out->today_micro = m == NULL ? 0 : withdrawn_today(s, m, in->now_us);
	for (size_t at = s->withdrawals.entry_count;
	     at > 0 && out->n_withdrawals < limit; at--) {
		const struct withdrawal *w =
		    s->withdrawals.entries[at - 1].value;
		const struct member *whose =
		    w == NULL ? NULL
			      : member_get(s, stoa_str_of(w->said->member));

		if (w != NULL && (m == NULL || whose == m)) {
			size_t n = out->n_withdrawals++;

			withdrawal_view(w, whose, in->now_us, &all[n]);
			out->withdrawals[n] = &all[n];
		}
	}
	return STOA_OK;
}

/* ---- life, digest, image ------------------------------------------------- */

void
withdrawals_init(struct accounts *s, uint64_t seed)
{
	stoa_map_init(&s->withdrawals, seed);
	stoa_map_init(&s->sendable, seed);
	stoa_map_init(&s->withdrawn, seed);
	s->withdrawal_delay_us = ACCOUNTS_WITHDRAWAL_DELAY_US;
	s->withdrawal_day_micro = ACCOUNTS_WITHDRAWAL_DAY_MICRO;
}

void
withdrawals_fini(struct accounts *s)
{
	STOA_MAP_EACH(&s->withdrawals, entry)
	{
		withdrawal_free(entry->value);
	}
	STOA_MAP_EACH(&s->withdrawn, other)
	{
		free(other->value);
	}
	stoa_map_fini(&s->withdrawals);
	stoa_map_fini(&s->sendable);
	stoa_map_fini(&s->withdrawn);
}

/* Nothing for those who have no chain: their journals say what it was. */
void
withdrawals_digest(const struct accounts *s, struct stoa_hasher *h)
{
	struct stoa_buf image;

	if (s->vault_micro == 0 && s->withdrawals.count == 0 &&
	    s->withdrawal_delay_us == ACCOUNTS_WITHDRAWAL_DELAY_US &&
	    s->withdrawal_day_micro == ACCOUNTS_WITHDRAWAL_DAY_MICRO) {
		return;
	}
	stoa_buf_init(&image, (size_t)1 << 30);
	withdrawals_save(s, &image);
	stoa_assert(!image.is_overflown);
	stoa_hasher_text(h, stoa_buf_str(&image));
	stoa_buf_fini(&image);
}

void
withdrawals_save(const struct accounts *s, struct stoa_buf *out)
{
	stoa_image_put_signed(out, s->vault_micro);
	stoa_image_put_signed(out, s->withdrawal_delay_us);
	stoa_image_put_signed(out, s->withdrawal_day_micro);
	stoa_image_put_number(out, s->withdrawals.count);
	STOA_MAP_EACH(&s->withdrawals, entry)
	{
		const struct withdrawal *w = entry->value;

		stoa_image_put_message(out, &w->said->base);
		stoa_image_put_signed(out, w->asked_us);
		stoa_image_put_number(out, w->ended != NULL);
		if (w->ended != NULL) {
			stoa_image_put_message(out, &w->ended->base);
			stoa_image_put_signed(out, w->ended_us);
		}
	}
	stoa_image_put_number(out, s->withdrawn.count);
	STOA_MAP_EACH(&s->withdrawn, other)
	{
		const struct withdrawn *w = other->value;

		stoa_image_put_bytes(out, other->key);
		stoa_image_put_signed(out, w->day);
		stoa_image_put_signed(out, w->micro);
	}
}

static void
withdrawal_load(struct accounts *s, struct stoa_image *in)
{
	Stoa__Accounts__WithdrawalAsked *said = stoa_image_message(
	    in, &stoa__accounts__withdrawal_asked__descriptor);
	struct withdrawal *w;

	if (said == NULL ||
	    stoa_map_get(&s->withdrawals, stoa_str_of(said->id)) != NULL) {
		stoa_keep_free(said);
		in->is_bad = true;
		return;
	}
	w = withdrawal_add(s, said);
	w->asked_us = stoa_image_signed(in);
	if (stoa_image_below(in, 1) == 0) {
		(void)stoa_map_put(&s->sendable, w->id, w);
		return;
	}
	w->ended = stoa_image_message(
	    in, &stoa__accounts__withdrawal_ended__descriptor);
	w->ended_us = stoa_image_signed(in);
	in->is_bad |= w->ended == NULL;
}

void
withdrawals_load(struct accounts *s, struct stoa_image *in)
{
	uint64_t count;

	s->vault_micro = stoa_image_signed(in);
	s->withdrawal_delay_us = stoa_image_signed(in);
	s->withdrawal_day_micro = stoa_image_signed(in);
	count = stoa_image_below(in, ACCOUNTS_WITHDRAWALS_MAX);
	for (uint64_t i = 0; i < count && !in->is_bad; i++) {
		withdrawal_load(s, in);
	}
	count = stoa_image_below(in, ACCOUNTS_MEMBERS_MAX);
	for (uint64_t i = 0; i < count && !in->is_bad; i++) {
		struct stoa_str member = stoa_image_bytes(in);
		int64_t day = stoa_image_signed(in);

		withdrawn_add(s, member, day, stoa_image_signed(in));
	}
}
