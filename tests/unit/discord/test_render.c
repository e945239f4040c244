#include "discord/render.h"

#include "bot/card.h"
#include "bot/limits.h"
#include "discord/draft.h"

#include "../bot/samples.h"
#include "../golden.h"
#include "cards.h"
#include "check.h"
#include "pretty.h"

static struct stoa_arena arena;

static int
setup(void **state)
{
	(void)state;
	stoa_arena_init(&arena, NULL, 0, (size_t)16 * 1024 * 1024);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stoa_arena_fini(&arena);
	return 0;
}

static void
rendered_print(struct stoa_buf *to, const char *name, Stoa__Chat__Card *card,
    bool use_embeds)
{
	struct discord_options options = {
	    .is_first = true, .use_embeds = use_embeds};
	struct discord_rendered rendered;

	assert_non_null(card);
	assert_true(discord_render(&arena, card, &options, &rendered));
	check_message(rendered.json);
	stoa_buf_printf(to, "=== %s\n", name);
	for (size_t i = 0; i < rendered.note_count; i++) {
		stoa_buf_printf(to, "--- %s: %s\n", rendered.notes[i].part,
		    rendered.notes[i].why);
	}
	pretty_print(to, rendered.json);
	stoa_arena_reset(&arena);
}

static void
golden_of(const char *path, bool use_embeds)
{
	struct stoa_buf all;

	stoa_buf_init(&all, GOLDEN_LEN_MAX);
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		rendered_print(
		    &all, sample_name(i), sample_card(&arena, i), use_embeds);
	}
	for (size_t i = 0; i < CARD_COUNT; i++) {
		rendered_print(&all, card_name((enum card_name)i),
		    card_get(&arena, (enum card_name)i), use_embeds);
	}
	golden_check(path, stoa_buf_str(&all));
	stoa_buf_fini(&all);
}

static void
test_every_card_has_its_components(void **state)
{
	(void)state;
	golden_of("tests/golden/discord/components.txt", false);
}

static void
test_every_card_has_its_embed(void **state)
{
	(void)state;
	golden_of("tests/golden/discord/embeds.txt", true);
}

static struct discord_rendered
render(Stoa__Chat__Card *card, struct discord_options options)
{
	struct discord_rendered rendered;

	assert_non_null(card);
	assert_true(discord_render(&arena, card, &options, &rendered));
	check_message(rendered.json);
	return rendered;
}

static bool
has(struct stoa_str text, const char *part)
{
	return memmem(text.data, text.len, part, strlen(part)) != NULL;
}

static bool
has_note(const struct discord_rendered *r, const char *part, const char *why)
{
	for (size_t i = 0; i < r->note_count; i++) {
		if (strcmp(r->notes[i].part, part) == 0 &&
		    strcmp(r->notes[i].why, why) == 0) {
			return true;
		}
	}
	return false;
}

static void
test_private_card_is_ephemeral_at_first_only(void **state)
{
	Stoa__Chat__Card *mine = card_get(&arena, CARD_PRIVATE);
	Stoa__Chat__Card *all = sample_card(&arena, 7);
	const struct {
		Stoa__Chat__Card *card;
		struct discord_options options;
		const char *want;
	} rows[] = {
	    {mine, {.is_first = true}, "\"flags\":32832,"},
	    {mine, {.is_first = false}, "\"flags\":32768,"},
	    {all, {.is_first = true}, "\"flags\":32768,"},
	    {all, {.is_first = true, .is_ephemeral = true}, "\"flags\":32832,"},
	    {mine, {.is_first = true, .use_embeds = true}, "\"flags\":64,"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		assert_true(has(
		    render(rows[i].card, rows[i].options).json, rows[i].want));
	}
}

static void
test_nonce_is_enforced(void **state)
{
	struct discord_rendered r = render(sample_card(&arena, 0),
	    (struct discord_options){.nonce = "0123456789012345678901234"});

	(void)state;
	assert_true(has(r.json, "\"nonce\":\"0123456789012345678901234\","
				"\"enforce_nonce\":true"));
}

static void
test_files_are_named_in_their_order(void **state)
{
	Stoa__Chat__Card *card = sample_card(&arena, 7);
	Stoa__Chat__Card *other = card_get(&arena, CARD_BUTTONS);
	struct discord_rendered r;

	(void)state;
	card->image = other->image;
	r = render(card, (struct discord_options){0});
	assert_int_equal(r.file_count, 2);
	assert_int_equal(r.files[0].kind, DISCORD_FILE_CHART);
	assert_string_equal(r.files[0].name, "chart.png");
	assert_int_equal(r.files[1].kind, DISCORD_FILE_IMAGE);
	assert_true(has(r.json, "attachment://image.png"));
	r = render(card, (struct discord_options){.has_no_files = true});
	assert_int_equal(r.file_count, 0);
	assert_true(has(r.json, "loss: 2.31 to 0.43 over 7 points"));
	assert_true(has(r.json, "A confusion matrix"));
	assert_true(has_note(&r, "series", "shown in words"));
}

/* Never more chosen than may be, never more asked for than there are. */
static void
test_list_of_several_holds_to_what_there_is(void **state)
{
	static const char *const choices[][2] = {
	    {"red", "#1"}, {"blue", "#2"}, {NULL, NULL}};
	static const char *const values[] = {"#2", NULL};
	struct bot_select list = {.kind = STOA__CHAT__SELECT_KIND__CHOICES,
	    .label = "Which?",
	    .command = "/vote id:1",
	    .option = "choice",
	    .value = "",
	    .choices = choices,
	    .count_max = 20,
	    .values = values,
	    .none = "abstain"};
	struct discord_rendered r;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct bot_card b =
		    bot_card_begin(&arena, "x", STOA__CHAT__SEVERITY__INFO);
		Stoa__Chat__Card *card;

		bot_card_select(&b, &list);
		card = bot_card_finish(&b, true);
		card->selects[0]->token = (char *)(uintptr_t) "token";
		r = render(card, (struct discord_options){0});
		assert_true(has(r.json, i == 0 ? "\"min_values\":0,"
						 "\"max_values\":2"
					       : "\"min_values\":1,"
						 "\"max_values\":2"));
		assert_true(has(r.json, "\"value\":\"#2\",\"default\":true"));
		assert_false(has(r.json, "\"value\":\"#1\",\"default\":true"));
		list.none = "";
	}
}

/* A vote is a picture, told in its alternative text; what a picture cannot
 * show of the names stands beside it. */
static void
test_vote_is_a_picture_with_its_words(void **state)
{
	struct bot_card b =
	    bot_card_begin(&arena, "x", STOA__CHAT__SEVERITY__INFO);
	struct discord_rendered r;
	Stoa__Chat__Card *card;

	(void)state;
	bot_card_bar(&b, "for", 0.6, "60 %, 3 votes", true);
	bot_card_bar(&b, "\u05e9\u05dc\u05d5\u05dd *now*", 0.4, "40 %", false);
	bot_card_progress(&b, 0.5, "quorum: 5 of 10 votes", 0, 0);
	bot_card_gauge(&b, &(struct bot_gauge){"Turnout", 0.25, "5 of 20 votes",
			       0.5, "quorum: 10"});
	card = bot_card_finish(&b, true);
	r = render(card, (struct discord_options){0});
	assert_int_equal(r.file_count, 1);
	assert_int_equal(r.files[0].kind, DISCORD_FILE_VOTE);
	assert_true(has(r.json,
	    "\"Turnout: 5 of 20 votes, quorum: 10; 1. for: 60 %, 3 votes "
	    "(wins); 2. "));
	assert_true(
	    has(r.json, "**2**  \u05e9\u05dc\u05d5\u05dd \\\\*now\\\\*"));
	assert_false(has(r.json, "**1**"));
	assert_false(has(r.json, "\u2588"));
	r = render(card, (struct discord_options){.has_no_files = true});
	assert_int_equal(r.file_count, 0);
	assert_true(has(r.json, "\u2588"));
	assert_true(has(r.json, "quorum: 5 of 10 votes"));
}

static void
test_notes_tell_what_is_not_as_it_was(void **state)
{
	struct discord_rendered r =
	    render(card_get(&arena, CARD_BUTTONS), (struct discord_options){0});

	(void)state;
	assert_true(has_note(&r, "buttons", "a command is told in words"));
	assert_true(has_note(&r, "buttons", "two have the same token"));
	assert_true(has_note(&r, "buttons", "an address is told in words"));
	assert_true(has_note(&r, "select", "1 of 3 choices are left out"));
	assert_int_equal(r.note_count, 4);
	r = render(card_get(&arena, CARD_CROWDED), (struct discord_options){0});
	assert_true(has_note(&r, "text", "shortened to fit the message"));
	r = render(card_get(&arena, CARD_PRIVATE), (struct discord_options){0});
	assert_int_equal(r.note_count, 0);
}

static void
test_link_is_only_what_discord_takes(void **state)
{
	static const struct {
		const char *url;
		bool want;
	} rows[] = {
	    {"https://stoa.example", true},
	    {"https://a.b-c.example:8443/x?y=%20#z", true},
	    {"http://stoa.example", false},
	    {"javascript:alert(1)", false},
	    {"https://", false},
	    {"https:///x", false},
	    {"https://a b", false},
	    {"https://a.example/\"", false},
	    {"https://user@a.example", false},
	    {"https://a..example", false},
	    {"https://a.example.", false},
	    {"https://.a", false},
	    {"https://1.2.3.4", false},
	    {"https://xn--80ak6aa92e.com", false},
	    {"https://a.example:0", false},
	    {"https://a.example:65536", false},
	    {"https://a.example:x", false},
	    {"https://m\u00fcnchen.example", false},
	    {"", false},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		assert_int_equal(draft_is_link(rows[i].url), rows[i].want);
	}
}

static void
test_time_left_counts_from_now(void **state)
{
	Stoa__Chat__Card *card = sample_card(&arena, 7);
	struct discord_options options = {0};

	(void)state;
	assert_true(has(render(card, options).json, "30 s left"));
	options.now_us = card->progress->updated_us + 12000000;
	assert_true(has(render(card, options).json, "18 s left"));
	options.now_us = card->progress->updated_us + 900000000;
	assert_true(has(render(card, options).json, " 1 s left"));
}

static void
test_upload_is_never_drawn(void **state)
{
	static char url[] = "http://127.0.0.1:9/secret", key[] = "topsecret";
	Stoa__Chat__Upload upload = STOA__CHAT__UPLOAD__INIT;
	Stoa__Chat__Card *card = card_get(&arena, CARD_PRIVATE);

	(void)state;
	upload.url = url;
	upload.capability = key;
	card->upload = &upload;
	assert_false(
	    has(render(card, (struct discord_options){0}).json, "secret"));
}

static void
test_form_is_a_modal(void **state)
{
	Stoa__Chat__Card *card = card_get(&arena, CARD_FORM);
	struct discord_rendered r;

	(void)state;
	assert_true(discord_render_form(&arena, card->form, &r));
	assert_int_equal(r.note_count, 0);
	check_modal(r.json);
	assert_true(has(r.json, "\"custom_id\":\"question\",\"style\":2,"
				"\"required\":true,\"max_length\":2000"));
	check_callback(discord_answer_form(&arena, &r));
	r = render(card, (struct discord_options){0});
	assert_true(has(r.json, "\"custom_id\":\"f:v1."));
	card->form->token = card->form->title + strlen(card->form->title);
	assert_true(discord_render_form(&arena, card->form, &r));
	assert_int_equal(r.json.len, 0);
	assert_int_equal(r.note_count, 1);
	r = render(card, (struct discord_options){0});
	assert_true(has(r.json, "type /ask model:intents question: model:"));
}

static void
test_answers_wrap_what_they_carry(void **state)
{
	static const struct discord_choice choices[] = {
	    {{"intents", 7}, {"m_1", 3}},
	    {{"", 0}, {"m_2", 3}},
	    {{"again", 5}, {"m_1", 3}},
	    {{"empty", 5}, {"", 0}},
	};
	struct discord_rendered r =
	    render(card_get(&arena, CARD_PRIVATE), (struct discord_options){0});

	(void)state;
	assert_str(discord_answer_nothing(&arena), "{\"type\":6}");
	assert_str(discord_answer_later(&arena, false), "{\"type\":5}");
	assert_str(discord_answer_later(&arena, true),
	    "{\"type\":5,\"data\":{\"flags\":64}}");
	assert_str(discord_answer_choices(&arena, choices, 4),
	    "{\"type\":8,\"data\":{\"choices\":["
	    "{\"name\":\"intents\",\"value\":\"m_1\"},"
	    "{\"name\":\"m_2\",\"value\":\"m_2\"}]}}");
	assert_str(discord_answer_choices(&arena, NULL, 0),
	    "{\"type\":8,\"data\":{\"choices\":[]}}");
	check_callback(discord_answer_message(&arena, &r));
	check_callback(discord_answer_edit(&arena, &r));
	assert_true(has(discord_answer_edit(&arena, &r), "{\"type\":7,"));
}

/* A cell of many short words beside a wide one would be padded to megabytes. */
static void
test_cell_of_any_length_is_shown(void **state)
{
	static char words[200001], wide[61];
	Stoa__Chat__Card *card = card_get(&arena, CARD_ROWS);
	struct discord_rendered r;

	(void)state;
	memset(wide, 'w', sizeof(wide) - 1);
	for (size_t i = 0; i + 1 < sizeof(words); i++) {
		words[i] = i % 2 == 0 ? 'a' : ' ';
	}
	card->table->rows[0]->cells[0] = wide;
	card->table->rows[0]->cells[1] = words;
	r = render(card, (struct discord_options){0});
	assert_true(has_note(&r, "table", "2 of 2 rows are left out"));
	words[300] = '\0';
	r = render(card, (struct discord_options){0});
	assert_int_equal(r.note_count, 0);
}

static void
test_render_fails_only_when_memory_ends(void **state)
{
	Stoa__Chat__Card *card = card_get(&arena, CARD_BUTTONS);
	bool is_whole = false;

	(void)state;
	for (size_t size = 0; size < 32768; size += 97) {
		struct discord_options options = {.is_first = true};
		struct discord_rendered r;
		struct stoa_arena small;
		char *block = malloc(size + 1);

		assert_non_null(block);
		stoa_arena_init(&small, block, size, 0);
		if (discord_render(&small, card, &options, &r)) {
			check_message(r.json);
			is_whole = true;
		} else {
			assert_false(is_whole);
			assert_int_equal(r.json.len, 0);
		}
		stoa_arena_fini(&small);
		free(block);
	}
	assert_true(is_whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_card_has_its_components),
	    cmocka_unit_test(test_every_card_has_its_embed),
	    cmocka_unit_test(test_private_card_is_ephemeral_at_first_only),
	    cmocka_unit_test(test_list_of_several_holds_to_what_there_is),
	    cmocka_unit_test(test_vote_is_a_picture_with_its_words),
	    cmocka_unit_test(test_nonce_is_enforced),
	    cmocka_unit_test(test_files_are_named_in_their_order),
	    cmocka_unit_test(test_notes_tell_what_is_not_as_it_was),
	    cmocka_unit_test(test_link_is_only_what_discord_takes),
	    cmocka_unit_test(test_time_left_counts_from_now),
	    cmocka_unit_test(test_upload_is_never_drawn),
	    cmocka_unit_test(test_form_is_a_modal),
	    cmocka_unit_test(test_answers_wrap_what_they_carry),
	    cmocka_unit_test(test_cell_of_any_length_is_shown),
	    cmocka_unit_test(test_render_fails_only_when_memory_ends),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
