/* settlement_ledger.c - the embedded settlement: the ledger of accounts.
 *
 * Its commands have ids made of the deal's: a hold or a payment that was
 * recorded there already is answered again, and not made again. */
#include "marketplace/settlement.h"

#include "base/check.h"
#include "base/core.h"
#include "marketplace/limits.h"

#include "proto/accounts.pb-c.h"

#include <stdio.h>
#include <stdlib.h>

#define ARENA_MAX (256u * 1024u)

/* The ledger's account of what is on the chain: what a stranger was paid there
 * goes to it, as a withdrawal does. */
#define VAULT "@vault"

/* One call of accounts. */
struct asking {
	settlement_done done;
	void *owner;
};

static void
answered(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct asking *a = owner;
	struct settlement_answer answer = {SETTLEMENT_AGAIN, "", NULL};
	const Stoa__Journal__Outcome *outcome = NULL;
	const Stoa__Accounts__Event *event = NULL;
	struct stoa_arena arena;

	(void)detail;
	stoa_arena_init(&arena, NULL, 0, ARENA_MAX);
	if (status == STOA_OK) {
		outcome = stoa_unpack(
		    &arena, &stoa__journal__outcome__descriptor, reply);
	}
	if (outcome != NULL && outcome->entry != NULL) {
		const Stoa__Journal__Entry *entry = outcome->entry;

		answer.refusal = entry->refusal;
		answer.result = entry->refusal == NULL ? SETTLEMENT_DONE
						       : SETTLEMENT_REFUSED;
		if (entry->n_events > 0) {
			event = stoa_unpack(&arena,
			    &stoa__accounts__event__descriptor,
			    stoa_str_of_bytes(
				entry->events[0].data, entry->events[0].len));
		}
		if (event != NULL &&
		    event->kind_case ==
			STOA__ACCOUNTS__EVENT__KIND_HOLD_PLACED) {
			answer.reference = event->hold_placed->id;
		}
	}
	a->done(a->owner, &answer);
	stoa_arena_fini(&arena);
	free(a);
}

static void
ask(struct stoa_bus *bus, const char *community, const char *verb,
    const char *key, const char *method, const ProtobufCMessage *request,
    settlement_done done, void *owner)
{
	struct asking *a = calloc(1, sizeof(*a));
	char id[64];
	struct stoa_bus_call call = {
	    .service = &stoa__accounts__accounts__descriptor,
	    .method = method,
	    .community = stoa_str_of(community),
	};

	stoa_assert(a != NULL);
	*a = (struct asking){done, owner};
	(void)snprintf(id, sizeof(id), "%s:%s", verb, key);
	call.command_id = stoa_str_of(id);
	stoa_bus_call(bus, &call, request, answered, a);
}

void
settlement_hold(struct stoa_bus *bus, const struct settlement_hold *hold,
    settlement_done done, void *owner)
{
	Stoa__Accounts__HoldRequest in = STOA__ACCOUNTS__HOLD_REQUEST__INIT;
	char purpose[64];

	(void)snprintf(purpose, sizeof(purpose), "deal:%s", hold->key);
	in.member = (char *)(uintptr_t)hold->member;
	in.amount_micro = hold->amount_micro;
	in.expires_us = hold->until_us;
	in.purpose = purpose;
	in.asset = STOA__ACCOUNTS__ASSET__JOY;
	ask(bus, hold->community, "hold", hold->key, "Hold", &in.base, done,
	    owner);
}

/* One payment for each who is paid, whatever for. */
static size_t
payments_fill(const struct settlement_payment *payment,
    Stoa__Accounts__Payment *payments, Stoa__Accounts__Payment **list)
{
	size_t count = 0;

	stoa_assert(payment->part_count <= MARKETPLACE_PARTS_MAX);
	for (size_t i = 0; i < payment->part_count; i++) {
		const Stoa__Marketplace__Part *part = payment->parts[i];
		const char *to = part->to[0] == '0' ? VAULT : part->to;
		size_t k = 0;

		while (k < count && strcmp(payments[k].to, to) != 0) {
			k++;
		}
		if (k == count) {
			stoa__accounts__payment__init(&payments[k]);
			payments[k].to = (char *)(uintptr_t)to;
			list[count++] = &payments[k];
		}
		payments[k].amount_micro += part->amount_micro;
	}
	return count;
}

void
settlement_pay(struct stoa_bus *bus, const struct settlement_payment *payment,
    settlement_done done, void *owner)
{
	Stoa__Accounts__PayHoldRequest in =
	    STOA__ACCOUNTS__PAY_HOLD_REQUEST__INIT;
	Stoa__Accounts__Payment payments[MARKETPLACE_PARTS_MAX];
	Stoa__Accounts__Payment *list[MARKETPLACE_PARTS_MAX];

	in.hold = (char *)(uintptr_t)payment->reference;
	in.n_payments = payments_fill(payment, payments, list);
	in.payments = list;
	in.is_last = true;
	ask(bus, payment->community, "pay", payment->key, "PayHold", &in.base,
	    done, owner);
}

/* ---- what has arrived from outside ---- */

/* One deposit for each who is paid, one after the other: accounts knows those
 * that were made before. */
struct crediting {
	struct stoa_bus *bus;
	settlement_done done;
	void *owner;
	char community[80];
	char key[24];
	size_t count, next;
	Stoa__Journal__Refusal *refusal; /* the first one; kept, or NULL */
	struct {
		char to[32];
		int64_t micro;
	} parts[MARKETPLACE_PARTS_MAX];
};

static void credit_next(struct crediting *c);

/* That one cannot be paid is not the others' loss. */
static void
credited(void *owner, const struct settlement_answer *answer)
{
	struct crediting *c = owner;
	struct settlement_answer all = *answer;

	if (answer->result == SETTLEMENT_REFUSED && c->refusal == NULL) {
		c->refusal = stoa_keep(&answer->refusal->base);
	}
	if (answer->result != SETTLEMENT_AGAIN && c->next < c->count) {
		credit_next(c);
		return;
	}
	if (answer->result != SETTLEMENT_AGAIN && c->refusal != NULL) {
		all.result = SETTLEMENT_REFUSED;
		all.refusal = c->refusal;
	}
	c->done(c->owner, &all);
	stoa_keep_free(c->refusal);
	free(c);
}

static void
credit_next(struct crediting *c)
{
	Stoa__Accounts__DepositRequest in =
	    STOA__ACCOUNTS__DEPOSIT_REQUEST__INIT;
	char key[40], memo[64];

	(void)snprintf(key, sizeof(key), "%s:%zu", c->key, c->next);
	(void)snprintf(memo, sizeof(memo), "deal:%s", c->key);
	in.member = c->parts[c->next].to;
	in.amount_micro = c->parts[c->next].micro;
	in.memo = memo;
	c->next++;
	ask(c->bus, c->community, "sale", key, "Deposit", &in.base, credited,
	    c);
}

void
settlement_credit(struct stoa_bus *bus,
    const struct settlement_payment *payment, settlement_done done, void *owner)
{
	struct settlement_answer nothing = {SETTLEMENT_DONE, "", NULL};
	Stoa__Accounts__Payment payments[MARKETPLACE_PARTS_MAX];
	Stoa__Accounts__Payment *list[MARKETPLACE_PARTS_MAX];
	size_t count = payments_fill(payment, payments, list);
	struct crediting *c = calloc(1, sizeof(*c));

	stoa_assert(c != NULL);
	*c = (struct crediting){.bus = bus, .done = done, .owner = owner};
	(void)snprintf(
	    c->community, sizeof(c->community), "%s", payment->community);
	(void)snprintf(c->key, sizeof(c->key), "%s", payment->key);
	for (size_t i = 0; i < count; i++) {
		/* A stranger has got theirs already. */
		if (strcmp(payments[i].to, VAULT) != 0) {
			(void)snprintf(c->parts[c->count].to,
			    sizeof(c->parts[c->count].to), "%s",
			    payments[i].to);
			c->parts[c->count++].micro = payments[i].amount_micro;
		}
	}
	if (c->count == 0) {
		done(owner, &nothing);
		free(c);
		return;
	}
	credit_next(c);
}
