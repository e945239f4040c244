/* model.h - a Discord that counts, for simulations: buckets of its own, a
 * limit per second, and whatever mischief a test asks for. It keeps its own
 * books of what it should never have been asked. */
#ifndef STOA_TESTS_DISCORD_MODEL_H
#define STOA_TESTS_DISCORD_MODEL_H

#include "base/rng.h"
#include "discord/rest_core.h"

#define MODEL_TEMPLATES 9
#define MODEL_MAJORS	6
#define MODEL_HASHES	64

/* One in so many requests; 0: never. */
struct model_mischief {
	unsigned moves;	       /* a route changes its bucket */
	unsigned shared;       /* 429 shared */
	unsigned cloud;	       /* 429 without a word */
	unsigned global;       /* 429 global, for no reason */
	unsigned broken;       /* 5xx, with or without effect */
	unsigned dropped;      /* no answer, with or without effect */
	unsigned refused_conn; /* not even a connection */
	unsigned forbidden;    /* 403 */
	unsigned unauthorized; /* 401 */
};

struct model_hash {
	int64_t limit, period_us;
	struct model_window {
		int64_t start_us;
		int64_t count;
		bool is_tainted; /* somebody in it could not know */
	} windows[MODEL_MAJORS];
};

struct model {
	struct stoa_rng rng;
	struct model_mischief mischief;
	int global_limit;
	int hash_of[MODEL_TEMPLATES]; /* -1: no headers */
	struct model_hash hashes[MODEL_HASHES];
	int hash_count;
	int64_t recent_us[4096]; /* ring of what the global limit counts */
	unsigned recent_first, recent_count;

	/* The books. */
	unsigned requests, effects;
	unsigned self_limited; /* 429 user that the client could avoid */
	unsigned excused;      /* that it could not */
	unsigned over_global;
	unsigned invalid;
	int64_t invalid_us[4096];
};

struct model_question {
	int template;
	int major;
	bool is_exempt;
	const char *bucket_key; /* where the client counted it */
};

struct model_answer {
	struct rest_head head;
	bool is_lost; /* no answer: the connection breaks */
	bool had_effect;
};

void model_init(struct model *m, uint64_t seed);
struct model_answer model_ask(
    struct model *m, const struct model_question *q, int64_t now_us);

/* "POST /channels/..." of a job; `unique` tells interactions apart. */
void model_route(int template, int major, unsigned unique,
    struct rest_route *ret_route, bool *ret_may_overlap);

#endif
