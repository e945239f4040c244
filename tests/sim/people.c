/* people.c - see people.h. */
#include "tests/sim/people.h"

#include "base/check.h"
#include "base/hash.h"

ProtobufCBinaryData
people_key(int user)
{
	static uint8_t keys[PEOPLE_USERS][STOA_HASH_SIZE];

	memset(keys[user], 'a' + user, STOA_HASH_SIZE);
	return (ProtobufCBinaryData){STOA_HASH_SIZE, keys[user]};
}

/* Whoever was merged is one of those who are there; somebody owns it; and there
 * are as many electors as members. */
uint64_t
people_check_members(const struct accounts *state, const char *community,
    people_fail *fail, void *world)
{
	Stoa__Accounts__ElectorsQuery query =
	    STOA__ACCOUNTS__ELECTORS_QUERY__INIT;
	Stoa__Accounts__ElectorsReply all =
	    STOA__ACCOUNTS__ELECTORS_REPLY__INIT;
	Stoa__Accounts__AuditQuery audit_query =
	    STOA__ACCOUNTS__AUDIT_QUERY__INIT;
	Stoa__Accounts__AuditReply audit = STOA__ACCOUNTS__AUDIT_REPLY__INIT;
	struct stoa_arena arena;
	unsigned electors = 0, owners = 0;
	uint64_t merged = 0;

	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	if (accounts_electors(state, &query, &arena, &all) != STOA_OK ||
	    accounts_audit(state, &audit_query, &audit) != STOA_OK) {
		fail(world, "no electors", community);
	}
	for (size_t i = 0; i < all.n_electors; i++) {
		Stoa__Accounts__BalanceQuery ask =
		    STOA__ACCOUNTS__BALANCE_QUERY__INIT;
		Stoa__Accounts__BalanceReply is =
		    STOA__ACCOUNTS__BALANCE_REPLY__INIT;
		const Stoa__Accounts__Elector *e = all.electors[i];

		electors += e->role != 0;
		owners += e->role == STOA__ACCOUNTS__ROLE__OWNER;
		ask.member = e->member;
		if (accounts_balance(state, &ask, &is) != STOA_OK ||
		    (is.member[0] == '\0') != (e->merged_into[0] == '\0')) {
			fail(world, "a member that is nobody", e->member);
		}
		merged += e->role == 0;
	}
	if (electors != audit.account_count || owners == 0) {
		fail(world, "electors and members differ", community);
	}
	stoa_arena_fini(&arena);
	return merged;
}

/* Each platform user is of exactly one identity, which names it once. */
uint64_t
people_check_identities(
    const struct accounts *state, people_fail *fail, void *world)
{
	unsigned times[PEOPLE_USERS] = {0};
	uint64_t linked = 0;
	struct stoa_arena arena;

	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	for (int i = 0; i < PEOPLE_USERS; i++) {
		Stoa__Accounts__IdentityQuery query =
		    STOA__ACCOUNTS__IDENTITY_QUERY__INIT;
		Stoa__Accounts__IdentityReply who =
		    STOA__ACCOUNTS__IDENTITY_REPLY__INIT;

		query.user_key = people_key(i);
		if (accounts_identity(state, &query, &arena, &who) != STOA_OK) {
			fail(world, "a user that is nobody", "");
			continue;
		}
		linked += who.n_links > 1;
		for (size_t k = 0; k < who.n_links; k++) {
			int user = who.links[k]->user_key.data[0] - 'a';

			stoa_assert(user >= 0 && user < PEOPLE_USERS);
			/* Asked for by each of its users, told by each. */
			times[user] += 1;
		}
		times[i] -= (unsigned)who.n_links;
	}
	for (int i = 0; i < PEOPLE_USERS; i++) {
		if (times[i] != 0) {
			fail(world, "a user of two identities, or of none", "");
		}
	}
	stoa_arena_fini(&arena);
	return linked;
}
