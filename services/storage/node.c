/* node.c - encodes and decodes dag-pb blocks that hold UnixFS. */
#include "storage/node.h"

#include "storage/limits.h"
#include "storage/protobuf.h"

#include "base/encode.h"

/* Field numbers of PBNode, PBLink, UnixFS Data and its timestamp. */
#define PB_DATA	 1
#define PB_LINKS 2

#define LINK_HASH  1
#define LINK_NAME  2
#define LINK_TSIZE 3

#define DATA_TYPE	1
#define DATA_DATA	2
#define DATA_FILE_SIZE	3
#define DATA_BLOCK_SIZE 4
#define DATA_HASH_TYPE	5
#define DATA_FANOUT	6
#define DATA_MODE	7
#define DATA_MTIME	8

/* murmur3-x64-64, the only hash of shards. */
#define HASH_TYPE_MURMUR3 0x22

/* What has been met in Data so far, while it is checked. */
struct data_check {
	bool has_type;
	bool has_data;
	bool has_file_size;
	bool has_hash_type;
	bool has_fanout;
	bool has_mode;
	bool has_mtime;
	uint64_t type;
	uint64_t file_size;
	uint64_t block_size_sum;
	uint32_t block_size_count;
	struct stoa_str data;
	uint64_t fanout;
};

/* ---- links -----------------------------------------------------------------
 */

/* PBLink: Hash, Name, Tsize in this order, each at most once, Hash always. */
static bool
decode_link(struct stoa_str bytes, struct storage_link *ret_link)
{
	struct storage_link link = {0};
	struct storage_field field;
	uint64_t last = 0;

	while (bytes.len > 0) {
		if (!storage_field_cut(&bytes, &field) ||
		    field.number <= last) {
			return false;
		}
		last = field.number;
		if (field.number == LINK_HASH &&
		    field.wire == STORAGE_WIRE_BYTES) {
			if (stoa_cid_decode(field.bytes, &link.cid) !=
			    STOA_OK) {
				return false;
			}
		} else if (field.number == LINK_NAME &&
			   field.wire == STORAGE_WIRE_BYTES) {
			link.name = field.bytes;
		} else if (field.number == LINK_TSIZE &&
			   field.wire == STORAGE_WIRE_VARINT) {
			link.tsize = field.value;
		} else {
			return false;
		}
		if (last != LINK_HASH && link.cid.digest_len == 0 &&
		    link.cid.version == 0) {
			return false; /* no Hash before this field */
		}
	}
	*ret_link = link;
	return last != 0;
}

/* Directories are written in the order of names; demanding it finds every
 * duplicate without memory. */
static bool
check_links(struct stoa_str links, bool is_file)
{
	struct storage_field field;
	struct storage_link link;
	struct stoa_str previous = {NULL, 0};
	bool is_first = true;

	while (links.len > 0) {
		if (!storage_field_cut(&links, &field) ||
		    !decode_link(field.bytes, &link)) {
			return false;
		}
		if (is_file ? link.name.len != 0
			    : !is_first &&
				  stoa_str_compare(previous, link.name) >= 0) {
			return false;
		}
		previous = link.name;
		is_first = false;
	}
	return true;
}

struct storage_links
storage_node_links(const struct storage_node *node)
{
	return (struct storage_links){
	    .links = node->links,
	    .fields = node->fields,
	    .is_file = node->type == STORAGE_NODE_FILE,
	};
}

bool
storage_links_next(struct storage_links *links, struct storage_link *ret_link)
{
	struct storage_field field;
	bool ok;

	if (links->links.len == 0) {
		return false;
	}
	ok = storage_field_cut(&links->links, &field) &&
	     decode_link(field.bytes, ret_link);
	stoa_assert(ok); /* decode has checked all of them */
	if (!links->is_file) {
		return true;
	}
	do {
		ok = storage_field_cut(&links->fields, &field);
		stoa_assert(ok);
	} while (field.number != DATA_BLOCK_SIZE);
	ret_link->file_size = field.value;
	return true;
}

/* ---- data ------------------------------------------------------------------
 */

/* UnixTime: seconds, and nanoseconds only when they say something. */
static bool
is_mtime(struct stoa_str bytes)
{
	struct storage_field field;

	if (!storage_field_cut(&bytes, &field) || field.number != 1 ||
	    field.wire != STORAGE_WIRE_VARINT) {
		return false;
	}
	if (bytes.len == 0) {
		return true;
	}
	return storage_field_cut(&bytes, &field) && field.number == 2 &&
	       field.wire == STORAGE_WIRE_FIXED32 && field.value >= 1 &&
	       field.value <= 999999999 && bytes.len == 0;
}

/* True the first time. */
static bool
once(bool *has)
{
	bool first = !*has;

	*has = true;
	return first;
}

static bool
check_number(struct data_check *check, const struct storage_field *field)
{
	switch (field->number) {
	case DATA_TYPE:
		check->type = field->value;
		return once(&check->has_type);
	case DATA_FILE_SIZE:
		check->file_size = field->value;
		return once(&check->has_file_size);
	case DATA_BLOCK_SIZE:
		check->block_size_count++;
		return !__builtin_add_overflow(check->block_size_sum,
		    field->value, &check->block_size_sum);
	case DATA_HASH_TYPE:
		return once(&check->has_hash_type) &&
		       field->value == HASH_TYPE_MURMUR3;
	case DATA_FANOUT:
		check->fanout = field->value;
		return once(&check->has_fanout);
	case DATA_MODE:
		return once(&check->has_mode) && field->value <= UINT32_MAX;
	default:
		return false;
	}
}

static bool
check_field(struct data_check *check, const struct storage_field *field)
{
	if (field->wire == STORAGE_WIRE_VARINT) {
		return check_number(check, field);
	}
	if (field->wire != STORAGE_WIRE_BYTES) {
		return false;
	}
	if (field->number == DATA_DATA) {
		check->data = field->bytes;
		return once(&check->has_data);
	}
	return field->number == DATA_MTIME && once(&check->has_mtime) &&
	       is_mtime(field->bytes);
}

static bool
check_file(const struct data_check *check, uint32_t link_count)
{
	uint64_t sum;

	if (check->block_size_count != link_count || check->has_hash_type ||
	    check->has_fanout ||
	    __builtin_add_overflow(
		check->block_size_sum, check->data.len, &sum)) {
		return false;
	}
	return !check->has_file_size || check->file_size == sum;
}

static bool
check_shard(const struct data_check *check)
{
	uint64_t fanout = check->fanout;

	return check->has_hash_type && check->has_fanout && fanout >= 8 &&
	       fanout <= STORAGE_FANOUT_MAX && (fanout & (fanout - 1)) == 0 &&
	       check->data.len <= fanout / 8 && check->block_size_count == 0;
}

static bool
check_type(const struct data_check *check, uint32_t link_count)
{
	switch (check->type) {
	case STORAGE_NODE_RAW:
		return link_count == 0 && check_file(check, 0);
	case STORAGE_NODE_FILE:
		return check_file(check, link_count);
	case STORAGE_NODE_DIRECTORY:
		return !check->has_data && !check->has_hash_type &&
		       !check->has_fanout && check->block_size_count == 0;
	case STORAGE_NODE_SYMLINK:
		return link_count == 0 && check->block_size_count == 0;
	case STORAGE_NODE_SHARD:
		return check_shard(check);
	default:
		return false;
	}
}

static enum stoa_status
decode_data(struct stoa_str bytes, struct storage_node *node)
{
	struct data_check check = {0};
	struct storage_field field;
	struct stoa_str rest = bytes;

	while (rest.len > 0) {
		if (!storage_field_cut(&rest, &field) ||
		    !check_field(&check, &field)) {
			return STOA_CORRUPT;
		}
	}
	if (check.has_type && check.type == STORAGE_NODE_METADATA) {
		return STOA_UNSUPPORTED;
	}
	if (!check.has_type || !check_type(&check, node->link_count)) {
		return STOA_CORRUPT;
	}
	node->type = (enum storage_node_type)check.type;
	node->data = check.data;
	node->fanout = check.fanout;
	node->fields = bytes;
	if (node->type == STORAGE_NODE_FILE || node->type == STORAGE_NODE_RAW) {
		node->file_size = check.block_size_sum + check.data.len;
	}
	return STOA_OK;
}

/* ---- nodes -----------------------------------------------------------------
 */

/* PBNode: one run of Links and one Data, in either order. */
static bool
split(struct stoa_str block, struct storage_node *node, struct stoa_str *data)
{
	struct storage_field field;
	bool has_data = false;
	uint64_t last = 0;

	while (block.len > 0) {
		const char *start = block.data;

		if (!storage_field_cut(&block, &field) ||
		    field.wire != STORAGE_WIRE_BYTES) {
			return false;
		}
		if (field.number == PB_DATA && !has_data) {
			has_data = true;
			*data = field.bytes;
		} else if (field.number == PB_LINKS &&
			   (node->link_count == 0 || last == PB_LINKS)) {
			if (node->link_count++ == 0) {
				node->links.data = start;
			}
			node->links.len =
			    (size_t)(block.data - node->links.data);
		} else {
			return false;
		}
		last = field.number;
	}
	return has_data;
}

enum stoa_status
storage_node_decode(struct stoa_str block, struct storage_node *ret_node)
{
	struct storage_node node = {0};
	struct stoa_str data = {NULL, 0};
	enum stoa_status status;

	if (block.len > STORAGE_BLOCK_SIZE_MAX) {
		return STOA_TOO_LARGE;
	}
	if (!split(block, &node, &data)) {
		return STOA_CORRUPT;
	}
	status = decode_data(data, &node);
	if (status != STOA_OK) {
		return status;
	}
	if (!check_links(node.links, node.type == STORAGE_NODE_FILE)) {
		return STOA_CORRUPT;
	}
	*ret_node = node;
	return STOA_OK;
}

struct storage_node
storage_node_of_raw(struct stoa_str block)
{
	return (struct storage_node){
	    .type = STORAGE_NODE_FILE,
	    .data = block,
	    .file_size = block.len,
	};
}

enum stoa_status
storage_node_of_block(const struct stoa_cid *cid, struct stoa_str block,
    struct storage_node *ret_node)
{
	switch (cid->codec) {
	case STOA_CODEC_RAW:
		*ret_node = storage_node_of_raw(block);
		return STOA_OK;
	case STOA_CODEC_DAG_PB:
		return storage_node_decode(block, ret_node);
	default:
		return STOA_UNSUPPORTED;
	}
}

/* ---- encoding --------------------------------------------------------------
 */

static size_t
link_body_size(const struct stoa_cid *cid, struct stoa_str name, uint64_t tsize)
{
	uint8_t bytes[STOA_CID_SIZE_MAX];
	size_t cid_size = stoa_cid_encode(cid, bytes);

	return 1 + stoa_varint_size(cid_size) + cid_size + 1 +
	       stoa_varint_size(name.len) + name.len + 1 +
	       stoa_varint_size(tsize);
}

size_t
storage_node_link_size(
    const struct stoa_cid *cid, struct stoa_str name, uint64_t tsize)
{
	size_t size = link_body_size(cid, name, tsize);

	return 1 + stoa_varint_size(size) + size;
}

void
storage_node_add_link(struct stoa_buf *links, const struct stoa_cid *cid,
    struct stoa_str name, uint64_t tsize)
{
	uint8_t bytes[STOA_CID_SIZE_MAX];
	size_t size = stoa_cid_encode(cid, bytes);

	storage_field_add_header(
	    links, PB_LINKS, link_body_size(cid, name, tsize));
	storage_field_add_bytes(
	    links, LINK_HASH, stoa_str_of_bytes(bytes, size));
	storage_field_add_bytes(links, LINK_NAME, name);
	storage_field_add_number(links, LINK_TSIZE, tsize);
}

void
storage_node_add_leaf(struct stoa_buf *block, struct stoa_str data)
{
	size_t size = 2 + 1 + stoa_varint_size(data.len);

	if (data.len > 0) {
		size += 1 + stoa_varint_size(data.len) + data.len;
	}
	storage_field_add_header(block, PB_DATA, size);
	storage_field_add_number(block, DATA_TYPE, STORAGE_NODE_FILE);
	if (data.len > 0) {
		storage_field_add_bytes(block, DATA_DATA, data);
	}
	storage_field_add_number(block, DATA_FILE_SIZE, data.len);
}

void
storage_node_add_block_size(struct stoa_buf *block_sizes, uint64_t size)
{
	storage_field_add_number(block_sizes, DATA_BLOCK_SIZE, size);
}

void
storage_node_add_file(
    struct stoa_buf *block, uint64_t file_size, struct stoa_str block_sizes)
{
	storage_field_add_header(block, PB_DATA,
	    2 + 1 + stoa_varint_size(file_size) + block_sizes.len);
	storage_field_add_number(block, DATA_TYPE, STORAGE_NODE_FILE);
	storage_field_add_number(block, DATA_FILE_SIZE, file_size);
	stoa_buf_add_str(block, block_sizes);
}

void
storage_node_add_directory(struct stoa_buf *block)
{
	storage_field_add_header(block, PB_DATA, 2);
	storage_field_add_number(block, DATA_TYPE, STORAGE_NODE_DIRECTORY);
}

void
storage_node_add_shard(
    struct stoa_buf *block, struct stoa_str bitmap, uint64_t fanout)
{
	while (bitmap.len > 0 && bitmap.data[0] == 0) {
		bitmap = stoa_str_from(bitmap, 1);
	}
	storage_field_add_header(block, PB_DATA,
	    2 + 1 + stoa_varint_size(bitmap.len) + bitmap.len + 2 + 1 +
		stoa_varint_size(fanout));
	storage_field_add_number(block, DATA_TYPE, STORAGE_NODE_SHARD);
	storage_field_add_bytes(block, DATA_DATA, bitmap);
	storage_field_add_number(block, DATA_HASH_TYPE, HASH_TYPE_MURMUR3);
	storage_field_add_number(block, DATA_FANOUT, fanout);
}

void
storage_node_add_symlink(struct stoa_buf *block, struct stoa_str target)
{
	storage_field_add_header(
	    block, PB_DATA, 2 + 1 + stoa_varint_size(target.len) + target.len);
	storage_field_add_number(block, DATA_TYPE, STORAGE_NODE_SYMLINK);
	storage_field_add_bytes(block, DATA_DATA, target);
}
