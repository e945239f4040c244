/* features.c - normalise, hash runs, sort, count. */
#include "worker/features.h"

#include "worker/limits.h"

#include <math.h>
#include <stdlib.h>

#define FNV_BASIS UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

/* Seeds that keep equal runs of words and of characters apart. */
#define WORD_SEED UINT64_C(0x776f7264)
#define CHAR_SEED UINT64_C(0x63686172)

/* Normalised text: a space at either end. */
#define TEXT_SIZE (WORKER_TEXT_LEN_MAX + 2)

bool
worker_features_init(
    struct worker_features *f, const struct worker_params *params)
{
	size_t char_runs =
	    params->char_ngram_max == 0
		? 0
		: (size_t)(params->char_ngram_max - params->char_ngram_min + 1);

	*f = (struct worker_features){0};
	/* Words take two bytes at least, with the space between. */
	f->hash_size =
	    TEXT_SIZE * char_runs + TEXT_SIZE / 2 * (size_t)params->word_ngrams;
	f->text = malloc(TEXT_SIZE);
	f->chars = malloc((TEXT_SIZE + 1) * sizeof(*f->chars));
	f->starts = malloc(TEXT_SIZE * sizeof(*f->starts));
	f->hashes = malloc(f->hash_size * sizeof(*f->hashes));
	f->items = malloc(f->hash_size * sizeof(*f->items));
	if (f->text == NULL || f->chars == NULL || f->starts == NULL ||
	    f->hashes == NULL || f->items == NULL) {
		worker_features_fini(f);
		return false;
	}
	return true;
}

void
worker_features_fini(struct worker_features *f)
{
	free(f->text);
	free(f->chars);
	free(f->starts);
	free(f->hashes);
	free(f->items);
	*f = (struct worker_features){0};
}

static bool
is_word_byte(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'' ||
	       c >= 0x80;
}

static void
normalise(struct worker_features *f, struct stoa_str text)
{
	size_t n = 0;
	size_t len =
	    text.len < WORKER_TEXT_LEN_MAX ? text.len : WORKER_TEXT_LEN_MAX;

	f->word_count = 0;
	f->text[n++] = ' ';
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (c >= 'A' && c <= 'Z') {
			c = (unsigned char)(c + 32);
		}
		if (is_word_byte(c)) {
			if (f->text[n - 1] == ' ') {
				f->starts[f->word_count++] = (uint32_t)n;
			}
			f->text[n++] = (char)c;
		} else if (f->text[n - 1] != ' ') {
			f->text[n++] = ' ';
		}
	}
	if (f->text[n - 1] != ' ') {
		f->text[n++] = ' ';
	}
	f->text_len = n;
}

static void
chars_find(struct worker_features *f)
{
	f->char_count = 0;
	for (size_t i = 0; i < f->text_len; i++) {
		if (((unsigned char)f->text[i] & 0xc0) != 0x80) {
			f->chars[f->char_count++] = (uint32_t)i;
		}
	}
	f->chars[f->char_count] = (uint32_t)f->text_len;
}

static uint64_t
fnv(uint64_t hash, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		hash = (hash ^ (unsigned char)bytes[i]) * FNV_PRIME;
	}
	return hash;
}

/* FNV's high bits mix poorly over short runs: one multiplication more. */
static void
emit(struct worker_features *f, uint64_t hash, int64_t buckets)
{
	hash ^= hash >> 32;
	hash *= UINT64_C(0x9e3779b97f4a7c15);
	stoa_assert(f->hash_count < f->hash_size);
	f->hashes[f->hash_count++] = (uint32_t)(hash >> (64 - buckets));
}

static void
words_hash(struct worker_features *f, const struct worker_params *params)
{
	for (size_t w = 0; w < f->word_count; w++) {
		uint64_t hash = FNV_BASIS ^ WORD_SEED;
		size_t runs = (size_t)params->word_ngrams;

		for (size_t k = w; k < w + runs && k < f->word_count; k++) {
			/* Up to the next word: its space parts the words. */
			size_t end = k + 1 < f->word_count ? f->starts[k + 1]
							   : f->text_len;

			hash = fnv(
			    hash, f->text + f->starts[k], end - f->starts[k]);
			emit(f, hash, params->buckets);
		}
	}
}

static void
chars_hash(struct worker_features *f, const struct worker_params *params)
{
	size_t min = (size_t)params->char_ngram_min;
	size_t max = (size_t)params->char_ngram_max;

	for (size_t i = 0; i < f->char_count; i++) {
		uint64_t hash = FNV_BASIS ^ CHAR_SEED;

		for (size_t n = 1; n <= max && i + n <= f->char_count; n++) {
			uint32_t at = f->chars[i + n - 1];

			hash = fnv(hash, f->text + at, f->chars[i + n] - at);
			if (n >= min) {
				emit(f, hash, params->buckets);
			}
		}
	}
}

static int
hash_order(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void
count(struct worker_features *f)
{
	size_t i = 0;

	qsort(f->hashes, f->hash_count, sizeof(*f->hashes), hash_order);
	f->count = 0;
	while (i < f->hash_count) {
		size_t end = i;

		while (end < f->hash_count && f->hashes[end] == f->hashes[i]) {
			end++;
		}
		f->items[f->count++] = (struct worker_feature){
		    .bucket = f->hashes[i],
		    .value = end - i == 1 ? 1.0f
					  : (float)(1 + log((double)(end - i))),
		};
		i = end;
	}
}

void
worker_features_extract(struct worker_features *f,
    const struct worker_params *params, struct stoa_str text)
{
	f->hash_count = 0;
	normalise(f, text);
	words_hash(f, params);
	if (params->char_ngram_max > 0) {
		chars_find(f);
		chars_hash(f, params);
	}
	count(f);
}
