/* stream.h - reproducible bytes for storage tests, and rows of CSV files.
 * The stream is ChaCha20 with key SHA-256(seed) and a zero nonce. */
#ifndef STOA_TESTS_STORAGE_STREAM_H
#define STOA_TESTS_STORAGE_STREAM_H

#include "base/str.h"

#include <openssl/evp.h>
#include <stddef.h>
#include <stdio.h>

struct stream {
	EVP_CIPHER_CTX *cipher;
};

void stream_open(struct stream *s, struct stoa_str seed);
void stream_read(struct stream *s, void *to, size_t len);
void stream_close(struct stream *s);

/* Calls `fn` with the columns of each row but the first. */
#define ROW_COLUMNS_MAX 16
void each_row(const char *path,
    void (*fn)(struct stoa_str column[static ROW_COLUMNS_MAX]));

#endif
