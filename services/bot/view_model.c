/* view_model.c - models, datasets and answers. */
#include "bot/view.h"

#include "bot/card.h"
#include "bot/limits.h"
#include "bot/words.h"

#define GUESSES_SHOWN 5

static const char *
percent(struct stoa_arena *arena, double share)
{
	return bot_words_print(arena, "%.1f %%", share * 100);
}

/* Shares are read more easily as percentages; losses and counts are not. */
static const char *
metric_text(struct stoa_arena *arena, const struct bot_metric_view *metric)
{
	static const char *const shares[] = {
	    "accuracy", "precision", "recall", "f1"};

	for (size_t i = 0; i < STOA_COUNT(shares); i++) {
		if (strncmp(metric->name, shares[i], strlen(shares[i])) == 0 &&
		    metric->value >= 0 && metric->value <= 1) {
			return percent(arena, metric->value);
		}
	}
	return bot_words_print(arena, "%.6g", metric->value);
}

static void
metrics_add(struct bot_card *b, const struct bot_model_view *model)
{
	static const struct bot_column columns[] = {
	    {"Metric", false}, {"Value", true}};

	if (model->metric_count == 0) {
		return;
	}
	bot_card_table(b, columns, STOA_COUNT(columns));
	for (size_t i = 0; i < model->metric_count && i < BOT_ROWS_MAX; i++) {
		const char *cells[] = {model->metrics[i].name,
		    metric_text(b->arena, &model->metrics[i])};

		bot_card_row(b, cells);
	}
}

Stoa__Chat__Card *
bot_view_model(struct stoa_arena *arena, const struct bot_model_view *model)
{
	struct bot_card b = bot_card_begin(arena,
	    model->name[0] == '\0' ? model->id : model->name,
	    STOA__CHAT__SEVERITY__INFO);

	bot_card_field(&b, "Model", model->id, true);
	bot_card_field(&b, "Recipe", model->recipe, true);
	bot_card_field(&b, "By", bot_words_member(model->member), true);
	bot_card_field(&b, "Size", bot_words_size(arena, model->size), true);
	bot_card_field(
	    &b, "Made", bot_words_time(arena, model->created_us), true);
	bot_card_field(&b, "Job", model->job, true);
	bot_card_field(&b, "Parameters", model->parameters, false);
	bot_card_field(&b, "Trained on", model->dataset, false);
	bot_card_field(&b, "Content", model->cid, false);
	bot_card_field(&b, "Provenance", model->provenance_cid, false);
	metrics_add(&b, model);
	bot_card_curve(&b, "loss", model->losses, model->loss_count, "epoch");
	bot_card_button(&b, "Ask it", STOA__CHAT__BUTTON_STYLE__PRIMARY,
	    bot_words_print(arena, "/ask model:%s", model->id));
	if (model->is_own) {
		bot_card_button(&b, "Propose approval",
		    STOA__CHAT__BUTTON_STYLE__SECONDARY,
		    bot_words_print(arena,
			"/propose type:MODEL_APPROVAL action:\"approve %s\"",
			model->id));
	}
	return bot_card_finish(&b, true);
}

static const char *
accuracy_text(struct stoa_arena *arena, const struct bot_model_view *model)
{
	for (size_t i = 0; i < model->metric_count; i++) {
		if (strcmp(model->metrics[i].name, "accuracy") == 0) {
			return metric_text(arena, &model->metrics[i]);
		}
	}
	return "";
}

Stoa__Chat__Card *
bot_view_models(struct stoa_arena *arena, const struct bot_model_view *models,
    size_t count, const char *next)
{
	static const struct bot_column columns[] = {{"Model", false},
	    {"Name", false}, {"Recipe", false}, {"Accuracy", true},
	    {"Made", false}};
	struct bot_card b =
	    bot_card_begin(arena, "Models", STOA__CHAT__SEVERITY__INFO);

	if (count == 0) {
		bot_card_text(&b, "There are none yet.");
		bot_card_button(&b, "How to train one",
		    STOA__CHAT__BUTTON_STYLE__PRIMARY, "/help command:train");
		return bot_card_finish(&b, true);
	}
	bot_card_table(&b, columns, STOA_COUNT(columns));
	bot_card_next(&b, "models", next);
	for (size_t i = 0; i < count; i++) {
		const char *cells[] = {models[i].id, models[i].name,
		    models[i].recipe, accuracy_text(arena, &models[i]),
		    bot_words_time(arena, models[i].created_us)};

		bot_card_row(&b, cells);
	}
	return bot_card_finish(&b, true);
}

/* ---- datasets ---- */

Stoa__Chat__Card *
bot_view_upload(struct stoa_arena *arena, const char *name, uint64_t size_max)
{
	struct bot_card b = bot_card_begin(
	    arena, "Ready to be stored", STOA__CHAT__SEVERITY__INFO);

	bot_card_field(&b, "Name", name, true);
	bot_card_field(&b, "At most", bot_words_size(arena, size_max), true);
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_dataset(
    struct stoa_arena *arena, const struct bot_dataset_view *dataset)
{
	struct bot_card b = bot_card_begin(
	    arena, "Dataset stored", STOA__CHAT__SEVERITY__SUCCESS);

	bot_card_field(&b, "Name", dataset->name, true);
	bot_card_field(&b, "Size", bot_words_size(arena, dataset->size), true);
	bot_card_field(&b, "Readable by",
	    dataset->is_private ? "jobs of this community" : "everybody", true);
	bot_card_field(&b, "CID", dataset->cid, false);
	bot_card_button(&b, "Train on it", STOA__CHAT__BUTTON_STYLE__PRIMARY,
	    bot_words_print(arena, "/train dataset:%s", dataset->cid));
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_datasets(struct stoa_arena *arena,
    const struct bot_dataset_view *datasets, size_t count, const char *next)
{
	static const struct bot_column columns[] = {
	    {"Name", false}, {"Size", true}, {"CID", false}};
	struct bot_card b =
	    bot_card_begin(arena, "Datasets", STOA__CHAT__SEVERITY__INFO);

	if (count == 0) {
		bot_card_text(&b, "There are none yet.");
		bot_card_button(&b, "How to store one",
		    STOA__CHAT__BUTTON_STYLE__PRIMARY, "/help command:upload");
		return bot_card_finish(&b, true);
	}
	bot_card_table(&b, columns, STOA_COUNT(columns));
	bot_card_next(&b, "datasets", next);
	for (size_t i = 0; i < count; i++) {
		const char *cells[] = {datasets[i].name,
		    bot_words_size(arena, datasets[i].size), datasets[i].cid};

		bot_card_row(&b, cells);
	}
	return bot_card_finish(&b, true);
}

/* ---- answers ---- */

Stoa__Chat__Card *
bot_view_answer(struct stoa_arena *arena, const struct bot_answer_view *answer)
{
	static const struct bot_column columns[] = {
	    {"Answer", false}, {"Sure", true}};
	struct bot_card b = bot_card_begin(arena,
	    answer->is_out_of_scope ? "Not something this model has learnt"
				    : answer->guesses[0].label,
	    answer->is_out_of_scope ? STOA__CHAT__SEVERITY__WARNING
				    : STOA__CHAT__SEVERITY__SUCCESS);

	stoa_assert(answer->guess_count >= 1);
	if (answer->is_out_of_scope) {
		bot_card_text(&b, "Its nearest answers are guesses.");
	}
	bot_card_field(&b, "Question", answer->question, false);
	bot_card_field(&b, "Model",
	    answer->model_name[0] == '\0' ? answer->model : answer->model_name,
	    true);
	bot_card_field(&b, "Outside its field",
	    percent(arena, answer->out_of_scope), true);
	bot_card_table(&b, columns, STOA_COUNT(columns));
	for (size_t i = 0; i < answer->guess_count && i < GUESSES_SHOWN; i++) {
		const char *cells[] = {answer->guesses[i].label,
		    percent(arena, answer->guesses[i].probability)};

		bot_card_row(&b, cells);
	}
	return bot_card_finish(&b, true);
}
