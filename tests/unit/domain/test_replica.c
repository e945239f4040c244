/* A replica by itself, over a simulated stream. */
#include "domain/replica.h"

#include "../lone.h"
#include "accounts/accounts.h"

#define COMMUNITY "c_aaaaaaaaaa"
#define MEMBER	  "u_aaaaaaaaaa"

static struct {
	struct lone lone;
	struct stoa_arena arena;
	enum stoa_status status; /* of the last answer */
	struct stoa_hash outcome;
	unsigned answers;
} t;

static void
on_answer(enum stoa_status status, struct stoa_str outcome)
{
	t.status = status;
	t.outcome = stoa_sha256(outcome);
	t.answers++;
}

static void
begin(void)
{
	memset(&t, 0, sizeof(t));
	stoa_arena_init(&t.arena, NULL, 0, 1 << 20);
	t.lone.answer = on_answer;
	lone_begin(&t.lone, &accounts_core);
}

static void
end(void)
{
	lone_end(&t.lone);
	stoa_arena_fini(&t.arena);
}

/* Opens a community of this name; `said`: what the caller sent (NULL: that). */
static enum stoa_status
open_as(const char *id, const char *name, const char *said)
{
	Stoa__Accounts__OpenCommunityRequest in =
	    STOA__ACCOUNTS__OPEN_COMMUNITY_REQUEST__INIT;
	struct stoa_submit submit = {
	    .community = STOA_STR(COMMUNITY),
	    .actor = STOA_STR(MEMBER),
	    .id = stoa_str_of(id),
	    .method = protobuf_c_service_descriptor_get_method_by_name(
		accounts_core.service, "OpenCommunity"),
	    .said =
		said == NULL ? (struct stoa_str){NULL, 0} : stoa_str_of(said),
	    .deadline = STOA_MONO_NEVER,
	};
	unsigned answers = t.answers;

	in.name = (char *)(uintptr_t)name;
	submit.request = stoa_pack(&t.arena, &in.base);
	stoa_replica_submit(t.lone.replica, &submit, NULL);
	lone_pass(&t.lone, STOA_US_PER_S);
	assert_int_equal(t.answers, answers + 1);
	return t.status;
}

static void
test_replica_answers_again_by_what_was_said(void **state)
{
	struct stoa_hash first;

	(void)state;
	begin();
	assert_int_equal(open_as("one", "agora", "open it"), STOA_OK);
	first = t.outcome;
	/* What was filled in since is not what the caller said. */
	assert_int_equal(open_as("one", "other", "open it"), STOA_OK);
	assert_true(stoa_hash_is_equal(&first, &t.outcome));
	assert_int_equal(open_as("one", "agora", "close it"), STOA_EXISTS);
	end();
}

static void
test_replica_answers_again_by_the_request(void **state)
{
	struct stoa_hash first;

	(void)state;
	begin();
	assert_int_equal(open_as("one", "agora", NULL), STOA_OK);
	first = t.outcome;
	assert_int_equal(open_as("one", "agora", NULL), STOA_OK);
	assert_true(stoa_hash_is_equal(&first, &t.outcome));
	assert_int_equal(open_as("one", "other", NULL), STOA_EXISTS);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_replica_answers_again_by_what_was_said),
	    cmocka_unit_test(test_replica_answers_again_by_the_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
