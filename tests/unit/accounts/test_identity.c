/* test_identity.c - one person on several platforms: codes, who may answer
 * them, and who somebody is afterwards. */
#include "accounts/accounts.h"
#include "accounts/limits.h"

#include "../play.h"

#define TEXT(text) ((char *)(uintptr_t)(text))
#define MINUTE	   INT64_C(60000000)

/* Keys and hashes of one byte, repeated. */
static uint8_t filled[256][32];

static ProtobufCBinaryData
bytes_of(uint8_t byte)
{
	memset(filled[byte], byte, sizeof(filled[byte]));
	return (ProtobufCBinaryData){sizeof(filled[byte]), filled[byte]};
}

static void
meet(struct play *p, uint8_t user, const char *platform)
{
	Stoa__Accounts__LinkRequest in = STOA__ACCOUNTS__LINK_REQUEST__INIT;

	in.platform = TEXT(platform);
	in.user_key = bytes_of(user);
	assert_true(play(p, "@bot", "Link", &in.base));
}

static void
begin(struct play *p)
{
	play_begin(p, &accounts_core, ACCOUNTS_DIRECTORY);
	meet(p, 'd', "discord");
	meet(p, 'c', "console");
}

static Stoa__Accounts__IdentityReply
identity(struct play *p, uint8_t user)
{
	Stoa__Accounts__IdentityQuery in = STOA__ACCOUNTS__IDENTITY_QUERY__INIT;
	Stoa__Accounts__IdentityReply out =
	    STOA__ACCOUNTS__IDENTITY_REPLY__INIT;

	in.user_key = bytes_of(user);
	assert_int_equal(
	    accounts_identity(p->state, &in, &p->arena, &out), STOA_OK);
	return out;
}

static Stoa__Accounts__ResolveReply
resolve(struct play *p, uint8_t user)
{
	Stoa__Accounts__ResolveQuery in = STOA__ACCOUNTS__RESOLVE_QUERY__INIT;
	Stoa__Accounts__ResolveReply out = STOA__ACCOUNTS__RESOLVE_REPLY__INIT;

	in.user_key = bytes_of(user);
	assert_int_equal(accounts_resolve(p->state, &in, &out), STOA_OK);
	return out;
}

/* Copied: the state's own goes when somebody is linked. */
static char *
member_of(struct play *p, uint8_t user)
{
	return TEXT(
	    stoa_arena_str(&p->arena, stoa_str_of(resolve(p, user).member)));
}

static bool
offer(struct play *p, uint8_t user, uint8_t code)
{
	Stoa__Accounts__OfferLinkRequest in =
	    STOA__ACCOUNTS__OFFER_LINK_REQUEST__INIT;

	in.user_key = bytes_of(user);
	in.code_hash = bytes_of(code);
	return play(p, "@bot", "OfferLink", &in.base);
}

static bool
claim(struct play *p, uint8_t user, uint8_t code)
{
	Stoa__Accounts__ClaimLinkRequest in =
	    STOA__ACCOUNTS__CLAIM_LINK_REQUEST__INIT;

	in.user_key = bytes_of(user);
	in.code_hash = bytes_of(code);
	return play(p, "@bot", "ClaimLink", &in.base);
}

static bool
answer(struct play *p, uint8_t user, char *claimant, bool is_accepted)
{
	Stoa__Accounts__AnswerLinkRequest in =
	    STOA__ACCOUNTS__ANSWER_LINK_REQUEST__INIT;

	in.user_key = bytes_of(user);
	in.claimant = claimant;
	in.is_accepted = is_accepted;
	return play(p, "@bot", "AnswerLink", &in.base);
}

static bool
unlink_user(struct play *p, uint8_t user, uint8_t leaves)
{
	Stoa__Accounts__UnlinkRequest in = STOA__ACCOUNTS__UNLINK_REQUEST__INIT;

	in.user_key = bytes_of(user);
	in.link_key = bytes_of(leaves);
	return play(p, "@bot", "Unlink", &in.base);
}

static void
link_users(struct play *p, uint8_t stays, uint8_t comes)
{
	assert_true(offer(p, stays, 1));
	assert_true(claim(p, comes, 1));
	assert_true(answer(p, stays, member_of(p, comes), true));
}

static void
test_link_makes_two_users_one(void **state)
{
	Stoa__Accounts__IdentityReply who;
	const char *stays, *goes;
	struct play p;

	(void)state;
	begin(&p);
	stays = member_of(&p, 'd');
	goes = member_of(&p, 'c');
	assert_string_not_equal(stays, goes);
	assert_true(offer(&p, 'd', 1));
	assert_int_equal(
	    identity(&p, 'd').offer_expires_us, p.now_us + 10 * MINUTE);
	assert_true(claim(&p, 'c', 1));
	/* Claimed is not linked. */
	assert_string_equal(member_of(&p, 'c'), goes);
	who = identity(&p, 'd');
	assert_string_equal(who.claimant, goes);
	assert_string_equal(who.claimant_platform, "console");
	assert_true(answer(&p, 'd', TEXT(goes), true));
	assert_string_equal(member_of(&p, 'd'), stays);
	assert_string_equal(member_of(&p, 'c'), stays);
	assert_int_equal(resolve(&p, 'c').n_formers, 1);
	assert_string_equal(resolve(&p, 'c').formers[0], goes);
	who = identity(&p, 'c');
	assert_int_equal(who.n_links, 2);
	assert_string_equal(who.links[0]->platform, "discord");
	assert_string_equal(who.links[1]->platform, "console");
	assert_string_equal(who.claimant, "");
	/* Answered once. */
	assert_false(answer(&p, 'd', TEXT(goes), true));
	assert_refused(&p, "no_open_code", "");
	play_end(&p);
}

static void
test_code_is_for_one_use_and_ten_minutes(void **state)
{
	struct play p;

	(void)state;
	begin(&p);
	meet(&p, 'e', "telegram");
	assert_true(offer(&p, 'd', 1));
	p.now_us += 10 * MINUTE;
	assert_true(claim(&p, 'c', 1));
	assert_string_equal(identity(&p, 'd').claimant, ""); /* missed */
	assert_true(offer(&p, 'd', 2));
	/* A new code ends the one before. */
	assert_true(offer(&p, 'd', 3));
	assert_true(claim(&p, 'c', 2));
	assert_string_equal(identity(&p, 'd').claimant, "");
	assert_true(claim(&p, 'c', 3));
	assert_true(claim(&p, 'e', 3));
	assert_string_equal(
	    identity(&p, 'd').claimant, resolve(&p, 'c').member);
	/* The question expires, too. */
	p.now_us += 10 * MINUTE;
	assert_false(answer(&p, 'd', member_of(&p, 'c'), true));
	assert_refused(&p, "no_open_code", "");
	play_end(&p);
}

/* Whoever knows a code has nothing without the other side. */
static void
test_link_needs_both_sides(void **state)
{
	struct play p;
	char *thief;

	(void)state;
	begin(&p);
	meet(&p, 'e', "telegram");
	thief = member_of(&p, 'e');
	assert_true(offer(&p, 'd', 1));
	assert_true(claim(&p, 'e', 1));
	assert_false(answer(&p, 'e', thief, true));
	assert_refused(&p, "no_open_code", "");
	/* What is answered is what was shown. */
	assert_false(answer(&p, 'd', member_of(&p, 'c'), true));
	assert_refused(&p, "no_open_code", "");
	assert_true(answer(&p, 'd', TEXT(""), false));
	assert_string_equal(member_of(&p, 'e'), thief);
	assert_false(answer(&p, 'd', thief, true));
	assert_refused(&p, "no_open_code", "");
	play_end(&p);
}

/* Who has been linked elsewhere between claim and answer is somebody else. */
static void
test_answer_to_a_claimant_that_has_changed_is_refused(void **state)
{
	struct play p;
	char *was;

	(void)state;
	begin(&p);
	meet(&p, 'e', "telegram");
	was = member_of(&p, 'c');
	assert_true(offer(&p, 'd', 1));
	assert_true(claim(&p, 'c', 1));
	link_users(&p, 'e', 'c');
	assert_false(answer(&p, 'd', was, true));
	assert_refused(&p, "no_open_code", "");
	assert_true(answer(&p, 'd', member_of(&p, 'e'), true));
	assert_int_equal(identity(&p, 'e').n_links, 3);
	assert_int_equal(resolve(&p, 'c').n_formers, 2);
	assert_string_equal(resolve(&p, 'c').formers[0], was);
	play_end(&p);
}

static void
test_attempts_are_limited_for_each_and_for_all(void **state)
{
	struct play p;

	(void)state;
	begin(&p);
	assert_true(offer(&p, 'd', 1));
	for (unsigned i = 0; i < ACCOUNTS_ATTEMPTS_MAX; i++) {
		assert_true(claim(&p, 'c', 2));
		assert_int_equal(p.events, 1);
	}
	/* The right one comes too late. */
	assert_false(claim(&p, 'c', 1));
	assert_string_equal(p.refusal, "too_many_attempts");
	/* Others are not held up, until all together are too many. */
	for (unsigned i = 0;
	     i < ACCOUNTS_ATTEMPTS_ALL_MAX - ACCOUNTS_ATTEMPTS_MAX; i++) {
		uint8_t user = (uint8_t)(150 + i / ACCOUNTS_ATTEMPTS_MAX);

		meet(&p, user, "telegram");
		assert_true(claim(&p, user, 2));
	}
	meet(&p, 'z', "slack");
	assert_false(claim(&p, 'z', 1));
	assert_string_equal(p.refusal, "too_many_attempts");
	p.now_us += ACCOUNTS_ATTEMPTS_US;
	assert_true(offer(&p, 'd', 1));
	assert_true(claim(&p, 'c', 1));
	assert_true(answer(&p, 'd', member_of(&p, 'c'), true));
	play_end(&p);
}

static void
test_unlink_makes_somebody_new_who_is_known(void **state)
{
	struct play p;
	const char *stays, *goes;

	(void)state;
	begin(&p);
	assert_false(unlink_user(&p, 'd', 'd'));
	assert_refused(&p, "last_link", "discord");
	goes = member_of(&p, 'c');
	link_users(&p, 'd', 'c');
	stays = member_of(&p, 'd');
	/* Nobody unlinks what is not theirs. */
	meet(&p, 'e', "telegram");
	assert_false(unlink_user(&p, 'e', 'c'));
	assert_refused(&p, "no_such_member", "");
	assert_true(unlink_user(&p, 'd', 'c'));
	assert_string_equal(member_of(&p, 'd'), stays);
	assert_string_not_equal(member_of(&p, 'c'), stays);
	/* What went into the identity stays there. */
	assert_string_not_equal(member_of(&p, 'c'), goes);
	assert_true(resolve(&p, 'c').is_known);
	assert_int_equal(resolve(&p, 'd').n_formers, 1);
	assert_false(unlink_user(&p, 'd', 'd'));
	assert_refused(&p, "last_link", "discord");
	/* And again, the other way round. */
	link_users(&p, 'c', 'd');
	assert_string_equal(member_of(&p, 'd'), resolve(&p, 'c').member);
	assert_int_equal(resolve(&p, 'c').n_formers, 2);
	play_end(&p);
}

static void
test_links_of_an_identity_are_bounded(void **state)
{
	struct play p;

	(void)state;
	begin(&p);
	for (unsigned i = 0; i + 1 < ACCOUNTS_IDENTITY_LINKS_MAX; i++) {
		meet(&p, (uint8_t)(200 + i), "telegram");
		link_users(&p, 'd', (uint8_t)(200 + i));
	}
	assert_true(offer(&p, 'd', 1));
	assert_false(claim(&p, 'c', 1));
	assert_refused(&p, "too_many", "linked platforms 8");
	/* Each link ever made stays a former name: that ends, too. */
	for (unsigned i = ACCOUNTS_IDENTITY_LINKS_MAX - 1;
	     i < ACCOUNTS_IDENTITY_FORMERS_MAX; i++) {
		assert_true(unlink_user(&p, 'd', 200));
		link_users(&p, 'd', 200);
	}
	assert_true(unlink_user(&p, 'd', 200));
	assert_true(offer(&p, 'd', 1));
	assert_false(claim(&p, 200, 1));
	assert_refused(&p, "too_many", "links made and ended 16");
	play_end(&p);
}

static void
test_directory_believes_the_bot_alone(void **state)
{
	Stoa__Accounts__OfferLinkRequest in =
	    STOA__ACCOUNTS__OFFER_LINK_REQUEST__INIT;
	struct play p;

	(void)state;
	begin(&p);
	in.user_key = bytes_of('d');
	in.code_hash = bytes_of(1);
	assert_false(play(&p, "@training", "OfferLink", &in.base));
	assert_refused(&p, "not_permitted", "an authenticated platform");
	in.code_hash.len = 5;
	assert_false(play(&p, "@bot", "OfferLink", &in.base));
	assert_refused(&p, "name_not_valid", "code_hash 32");
	assert_false(offer(&p, 'x', 1));
	assert_refused(&p, "no_such_member", "");
	assert_true(offer(&p, 'd', 1));
	assert_false(claim(&p, 'd', 1));
	assert_refused(&p, "already_linked",
	    stoa_arena_printf(&p.arena, "discord %s", resolve(&p, 'd').member));
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_link_makes_two_users_one),
	    cmocka_unit_test(test_code_is_for_one_use_and_ten_minutes),
	    cmocka_unit_test(test_link_needs_both_sides),
	    cmocka_unit_test(
		test_answer_to_a_claimant_that_has_changed_is_refused),
	    cmocka_unit_test(test_attempts_are_limited_for_each_and_for_all),
	    cmocka_unit_test(test_unlink_makes_somebody_new_who_is_known),
	    cmocka_unit_test(test_links_of_an_identity_are_bounded),
	    cmocka_unit_test(test_directory_believes_the_bot_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
