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
		size_t k = 0;

		while (k < count && strcmp(payments[k].to, part->to) != 0) {
			k++;
		}
		if (k == count) {
			stoa__accounts__payment__init(&payments[k]);
			payments[k].to = part->to;
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
