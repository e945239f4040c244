#include "stream.h"

#include "base/hash.h"

#include "../unit.h"

void
stream_open(struct stream *s, struct stoa_str seed)
{
	static const unsigned char zeros[16];
	struct stoa_hash key = stoa_sha256(seed);

	s->cipher = EVP_CIPHER_CTX_new();
	assert_non_null(s->cipher);
	assert_int_equal(EVP_EncryptInit_ex(
			     s->cipher, EVP_chacha20(), NULL, key.bytes, zeros),
	    1);
}

void
stream_read(struct stream *s, void *to, size_t len)
{
	memset(to, 0, len);
	while (len > 0) {
		int step = len > 1 << 20 ? 1 << 20 : (int)len, out = 0;

		assert_int_equal(
		    EVP_EncryptUpdate(s->cipher, to, &out, to, step), 1);
		assert_int_equal(out, step);
		to = (char *)to + step;
		len -= (size_t)step;
	}
}

void
stream_close(struct stream *s)
{
	EVP_CIPHER_CTX_free(s->cipher);
}

void
each_row(const char *path,
    void (*fn)(struct stoa_str column[static ROW_COLUMNS_MAX]))
{
	FILE *file = fopen(path, "r");
	char line[1024];
	int count = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		struct stoa_str rest = stoa_str_of(line);
		struct stoa_str column[ROW_COLUMNS_MAX] = {{NULL, 0}};

		if (count++ == 0) {
			continue;
		}
		rest.len -= rest.data[rest.len - 1] == '\n';
		for (int i = 0; i < ROW_COLUMNS_MAX && rest.len > 0; i++) {
			column[i] = stoa_str_cut(&rest, ',');
		}
		fn(column);
	}
	(void)fclose(file);
	assert_true(count > 2);
}
