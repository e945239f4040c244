/* payments.c - several are paid from one hold: all of them or none. */
#include "accounts/limits.h"
#include "accounts/state.h"

/* ---- decide -------------------------------------------------------------- */

/* What has left the pool on the chain: only the market knows of such. */
static bool
is_vault(const char *to)
{
	return strcmp(to, "@vault") == 0;
}

static bool
payee_is_valid(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d, const struct hold *hold, const char *to)
{
	if (!is_vault(to)) {
		if (account_get(s, to) == NULL) {
			REFUSE(d, no_such_member, to);
		}
	} else if (!stoa_actor_is(c, "marketplace") || hold->amount[1] != 0) {
		REFUSE(d, not_permitted, "Joy that left by the market");
	}
	return d->refusal == NULL;
}

/* The sum of all, or -1 after a refusal. */
static int64_t
payments_sum(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d, const struct hold *hold)
{
	const Stoa__Accounts__PayHoldRequest *in =
	    (const Stoa__Accounts__PayHoldRequest *)c->request;
	int64_t sum = 0;

	for (size_t i = 0; i < in->n_payments; i++) {
		const Stoa__Accounts__Payment *p = in->payments[i];

		if (!payee_is_valid(s, c, d, hold, p->to)) {
			return -1;
		}
		if (p->amount_micro <= 0) {
			REFUSE(d, amount_not_positive,
			    stoa_decide_number(d, p->amount_micro));
			return -1;
		}
		if (__builtin_add_overflow(sum, p->amount_micro, &sum)) {
			REFUSE(d, amount_too_large,
			    stoa_decide_number(d, p->amount_micro),
			    stoa_decide_number(d, ACCOUNTS_AMOUNT_MAX));
			return -1;
		}
	}
	return sum;
}

/* Whether every payee could take all of it without leaving 64 bits. */
static bool
payments_fit(const struct accounts *s, struct stoa_decision *d,
    const Stoa__Accounts__PayHoldRequest *in, int64_t sum)
{
	for (size_t i = 0; i < in->n_payments; i++) {
		const char *to = in->payments[i]->to;
		const struct account vault = {.available = {s->vault_micro, 0}};
		const struct account *a =
		    is_vault(to) ? &vault : account_get(s, to);

		for (int asset = 0; asset < ASSET_COUNT; asset++) {
			int64_t left;

			if (__builtin_add_overflow(
				a->available[asset], a->held[asset], &left) ||
			    __builtin_add_overflow(left, sum, &left)) {
				REFUSE(d, amount_too_large,
				    stoa_decide_number(d, sum),
				    stoa_decide_number(d, ACCOUNTS_AMOUNT_MAX));
				return false;
			}
		}
	}
	return true;
}

/* Credit goes first, as it does when it is set aside. */
static void
event_paid(struct stoa_decision *d, const Stoa__Accounts__PayHoldRequest *in,
    const struct hold *hold)
{
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__HoldPaid paid = STOA__ACCOUNTS__HOLD_PAID__INIT;
	Stoa__Accounts__HoldPayment parts[ACCOUNTS_PAYMENTS_MAX];
	Stoa__Accounts__HoldPayment *list[ACCOUNTS_PAYMENTS_MAX];
	int64_t credit = hold->amount[1];

	for (size_t i = 0; i < in->n_payments; i++) {
		const Stoa__Accounts__Payment *p = in->payments[i];

		stoa__accounts__hold_payment__init(&parts[i]);
		parts[i].to = p->to;
		parts[i].credit_micro =
		    credit < p->amount_micro ? credit : p->amount_micro;
		parts[i].joy_micro = p->amount_micro - parts[i].credit_micro;
		credit -= parts[i].credit_micro;
		list[i] = &parts[i];
	}
	paid.id = in->hold;
	paid.payments = list;
	paid.n_payments = in->n_payments;
	paid.is_last = in->is_last;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_HOLD_PAID;
	event.hold_paid = &paid;
	stoa_decide_event(d, &event.base);
}

void
payments_decide(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__PayHoldRequest *in =
	    (const Stoa__Accounts__PayHoldRequest *)c->request;
	const struct hold *hold = hold_find(s, c, d, in->hold);
	int64_t sum, total;

	if (hold == NULL) {
		return;
	}
	if (in->n_payments > ACCOUNTS_PAYMENTS_MAX ||
	    (in->n_payments == 0 && !in->is_last)) {
		REFUSE(d, too_many, "payments",
		    stoa_decide_number(d, ACCOUNTS_PAYMENTS_MAX));
		return;
	}
	total = hold->amount[0] + hold->amount[1];
	sum = payments_sum(s, c, d, hold);
	if (sum < 0) {
		return;
	}
	if (sum > total) {
		REFUSE(d, amount_too_large, stoa_decide_number(d, sum),
		    stoa_decide_number(d, total));
		return;
	}
	if (payments_fit(s, d, in, sum)) {
		event_paid(d, in, hold);
	}
}

/* ---- apply --------------------------------------------------------------- */

static void
move(struct hold *from, struct account *to, int asset, int64_t micro)
{
	stoa_assert(micro >= 0 && micro <= from->amount[asset]);
	from->amount[asset] -= micro;
	from->account->held[asset] -= micro;
	stoa_assert(!__builtin_add_overflow(
	    to->available[asset], micro, &to->available[asset]));
}

static void
move_to(
    struct accounts *s, struct hold *hold, const Stoa__Accounts__HoldPayment *p)
{
	struct member *m = member_get(s, stoa_str_of(p->to));
	struct account *to = m == NULL ? &s->treasury : &m->account;

	move(hold, to, 0, p->joy_micro);
	move(hold, to, 1, p->credit_micro);
	elector_balance_changed(s, m);
}

void
payments_apply(struct accounts *s, const Stoa__Accounts__HoldPaid *e)
{
	struct hold *hold = stoa_map_get(&s->holds, stoa_str_of(e->id));

	stoa_assert(hold != NULL);
	for (size_t i = 0; i < e->n_payments; i++) {
		const Stoa__Accounts__HoldPayment *p = e->payments[i];

		if (is_vault(p->to)) {
			stoa_assert(p->joy_micro <= hold->amount[0]);
			hold->amount[0] -= p->joy_micro;
			hold->account->held[0] -= p->joy_micro;
			s->vault_micro += p->joy_micro;
			continue;
		}
		move_to(s, hold, p);
	}
	elector_balance_changed(s, hold->member);
	s->transfer_count += e->n_payments;
	if (e->is_last) {
		holds_apply_released(s, e->id);
	}
}
