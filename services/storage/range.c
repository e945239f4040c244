/* range.c - reads "bytes=first-last", "bytes=first-" and "bytes=-count". */
#include "storage/range.h"

static bool
number(struct stoa_str text, uint64_t *ret_value)
{
	int64_t value;

	if (text.len == 0 || text.data[0] == '-' ||
	    !stoa_str_to_i64(text, &value)) {
		return false;
	}
	*ret_value = (uint64_t)value;
	return true;
}

static struct storage_range
part(uint64_t start, uint64_t end, uint64_t size)
{
	if (start >= size || start >= end) {
		return (struct storage_range){.kind = STORAGE_RANGE_OUTSIDE};
	}
	end = end < size ? end : size;
	return (struct storage_range){STORAGE_RANGE_PART, start, end - start};
}

struct storage_range
storage_range_parse(struct stoa_str header, uint64_t size)
{
	struct storage_range all = {STORAGE_RANGE_ALL, 0, size};
	struct stoa_str rest = header, first;
	uint64_t start, last;

	if (!stoa_str_has_prefix(header, STOA_STR("bytes="))) {
		return all;
	}
	rest = stoa_str_trim(stoa_str_from(rest, 6));
	if (rest.len == 0 || memchr(rest.data, ',', rest.len) != NULL ||
	    memchr(rest.data, '-', rest.len) == NULL) {
		return all;
	}
	first = stoa_str_cut(&rest, '-');
	if (first.len == 0) {
		if (!number(rest, &last)) {
			return all;
		}
		return part(size - (last < size ? last : size), size, size);
	}
	if (!number(first, &start)) {
		return all;
	}
	if (rest.len == 0) {
		return part(start, UINT64_MAX, size);
	}
	if (!number(rest, &last) || last < start) {
		return all;
	}
	return part(start, last + 1, size);
}
