/* evm_message.c - see evm_message.h. */
#include "chain/evm_message.h"

#include "chain/evm_keccak.h"

#include <stdio.h>
#include <string.h>

#define PREFIX \
	"\x19" \
	"Ethereum Signed Message:\n"

/* Prefix, 20 digits, a zero byte. */
#define HEAD_SIZE (sizeof(PREFIX) + 20)

static struct stoa_str
head(char text[HEAD_SIZE], struct stoa_str message)
{
	int len = snprintf(text, HEAD_SIZE, PREFIX "%zu", message.len);

	return stoa_str_of_bytes(text, (size_t)len);
}

void
evm_message_payload(struct stoa_buf *b, struct stoa_str message)
{
	char text[HEAD_SIZE];

	stoa_buf_add_str(b, head(text, message));
	stoa_buf_add_str(b, message);
}

struct stoa_hash
evm_message_hash(struct stoa_str message)
{
	struct evm_keccak keccak;
	char text[HEAD_SIZE];

	evm_keccak_init(&keccak);
	evm_keccak_add(&keccak, head(text, message));
	evm_keccak_add(&keccak, message);
	return evm_keccak_end(&keccak);
}

void
evm_message_typed_payload(const struct stoa_hash *domain,
    const struct stoa_hash *message, uint8_t ret_bytes[EVM_TYPED_PAYLOAD_SIZE])
{
	ret_bytes[0] = 0x19;
	ret_bytes[1] = 0x01;
	memcpy(ret_bytes + 2, domain->bytes, STOA_HASH_SIZE);
	memcpy(ret_bytes + 2 + STOA_HASH_SIZE, message->bytes, STOA_HASH_SIZE);
}

struct stoa_hash
evm_message_typed_hash(
    const struct stoa_hash *domain, const struct stoa_hash *message)
{
	uint8_t bytes[EVM_TYPED_PAYLOAD_SIZE];

	evm_message_typed_payload(domain, message, bytes);
	return evm_keccak256(stoa_str_of_bytes(bytes, sizeof(bytes)));
}
