/* features.h - a text as hashed word and character n-grams.
 *
 * ASCII letters fold to lower case; runs of other than letters, digits,
 * apostrophes and bytes beyond ASCII become one space; a space stands at
 * both ends, so that n-grams know where words begin. Features are runs of
 * words and runs of characters (whole UTF-8 characters, across words), each
 * hashed (FNV-1a 64, mixed) into 2^buckets. A feature's value is 1 + ln of
 * how often it occurs. Part of the recipe's version: any change here changes
 * models. Layer 2, pure. */
#ifndef WORKER_FEATURES_H
#define WORKER_FEATURES_H

#include "base/check.h"
#include "base/str.h"
#include "worker/recipe.h"

#include <stddef.h>
#include <stdint.h>

struct worker_feature {
	uint32_t bucket;
	float value;
};

/* Room for the features of one text of WORKER_TEXT_LEN_MAX bytes. */
struct worker_features {
	struct worker_feature *items; /* ascending buckets, each once */
	size_t count;

	/* Private. */
	char *text;	  /* normalised */
	uint32_t *chars;  /* where characters start, the end included */
	uint32_t *starts; /* where words start */
	uint32_t *hashes;
	size_t text_len;
	size_t char_count;
	size_t word_count;
	size_t hash_count;
	size_t hash_size;
};

/* False: out of memory. */
STOA_MUST_USE bool worker_features_init(
    struct worker_features *f, const struct worker_params *params);
void worker_features_fini(struct worker_features *f);

/* Replaces f->items by the features of `text`; bytes beyond
 * WORKER_TEXT_LEN_MAX are not looked at. `params` must be those of init. */
void worker_features_extract(struct worker_features *f,
    const struct worker_params *params, struct stoa_str text);

#endif
