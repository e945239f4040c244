/* catalogue.h - what members can ask for: the single source of every command.
 *
 * Parsing, validation, /help, terminal completion, Discord registration, the
 * other platforms' menus, the web form and the tool schema given to a language
 * model are all made from these rows (catalogue.tbl). A row fits the tightest
 * limit of all platforms; the unit test proves it for each. All static, never
 * freed. Layer 2, pure. */
#ifndef BOT_CATALOGUE_H
#define BOT_CATALOGUE_H

#include "base/gcra.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an option takes. The comment names the field of chat.Option. */
enum bot_type {
	BOT_TEXT,    /* text: min and max in bytes */
	BOT_CHOICE,  /* text: one of `choices` */
	BOT_CID,     /* text: a content identifier, checked in form only */
	BOT_INTEGER, /* integer: min and max */
	BOT_FLAG,    /* flag */
	BOT_AMOUNT,  /* amount_micro: exact decimal Joy, min and max */
	BOT_JSON,    /* json: an object without equal names, max in bytes */
	BOT_PERSON,  /* person: min and max in bytes */
	BOT_FILE,    /* file */
	BOT_CHANNEL, /* text: the platform's id of one, or "none" */
	BOT_ROLE,    /* text: the same of a role */
};

/* Where values to offer come from while a member is typing. */
enum bot_source {
	BOT_SOURCE_NONE,
	BOT_SOURCE_COMMANDS,
	BOT_SOURCE_DATASETS,
	BOT_SOURCE_JOBS,
	BOT_SOURCE_MODELS,
	BOT_SOURCE_MEMBERS,
	BOT_SOURCE_PROPOSALS,
	BOT_SOURCE_TYPES,
	BOT_SOURCE_OWN, /* commands of the community's own */
	BOT_SOURCE_LISTINGS,
	BOT_SOURCE_LEASES,
	BOT_SOURCE_OFFERS,
	BOT_SOURCE_FILES, /* known to the terminal alone */
};

/* Who may: each includes the ones above it. */
enum bot_permission {
	BOT_ANYBODY, /* also who has not joined */
	BOT_MEMBER,
	BOT_TRAINER,
	BOT_ADMIN,
	BOT_OWNER,
};

/* What asking costs the suite; chooses the rate limit. */
enum bot_cost {
	BOT_CHEAP,   /* answered from memory */
	BOT_READ,    /* asks a domain */
	BOT_MONEY,   /* moves money */
	BOT_COMPUTE, /* occupies a worker */
};
#define BOT_COST_COUNT 4

/* What it changes. Anything but NOTHING needs the member's own confirmation
 * when a language model proposed it. */
enum bot_effect {
	BOT_NOTHING,
	BOT_CREATES,
	BOT_SPENDS,
	BOT_ENDS, /* cannot be undone */
};

/* When the final card is to be expected. */
enum bot_pace {
	BOT_INSTANT,  /* with the first card */
	BOT_DEFERRED, /* within seconds */
	BOT_JOB,      /* minutes to hours, with progress */
};

enum bot_verb {
#define BOT_COMMAND(VERB, ...) BOT_VERB_##VERB,
#include "bot/catalogue.tbl"
#undef BOT_COMMAND
	BOT_VERB_COUNT,
};

struct bot_option {
	const char *name; /* NULL ends a list of options */
	const char *text; /* one line, no full stop */
	enum bot_type type;
	bool is_required; /* required ones come first */
	enum bot_source source;
	int64_t min, max;	    /* as the type says */
	const char *const *choices; /* ended by NULL; NULL: none */
	const char *standard;	    /* when left out, as text; NULL: nothing */
};

struct bot_command {
	enum bot_verb verb;
	const char *name;
	const char *text; /* one line, no full stop */
	const char *help; /* a paragraph or two */
	enum bot_permission permission;
	enum bot_cost cost;
	enum bot_effect effect;
	enum bot_pace pace;
	bool is_private; /* only the asker sees the answer */
	bool is_for_all; /* its buttons, too: each presses for oneself */
	const struct bot_option *options; /* ended by a NULL name */
	const char *const *examples;	  /* ended by NULL */
};

const struct bot_command *bot_command_get(enum bot_verb verb);

/* NULL when there is none of that name. */
const struct bot_command *bot_command_find(struct stoa_str name);
const struct bot_option *bot_option_find(
    const struct bot_command *command, struct stoa_str name);

size_t bot_option_count(const struct bot_command *command);

/* The option that takes a value without a name: the only required one, when
 * there is exactly one; else NULL. */
const struct bot_option *bot_option_sole(const struct bot_command *command);

/* What a slip of the fingers may have meant; NULL when nothing is near. */
const char *bot_command_suggest(struct stoa_str name);
const char *bot_option_suggest(
    const struct bot_command *command, struct stoa_str name);

/* For messages and schemas: "a whole number", "models", "trainer", ... */
const char *bot_type_name(enum bot_type type);
const char *bot_source_name(enum bot_source source);
const char *bot_permission_name(enum bot_permission permission);
const char *bot_cost_name(enum bot_cost cost);

/* How often one member may ask for what costs that much; from limits.h. */
struct stoa_gcra_rate bot_cost_rate(enum bot_cost cost);

#endif
