/* evm_limits.h - every bound of the EVM client core, with its reason. */
#ifndef CHAIN_EVM_LIMITS_H
#define CHAIN_EVM_LIMITS_H

/* A signed transaction. Pools refuse more than 128 KiB (geth, bor). */
#define EVM_TX_SIZE_MAX ((size_t)128 * 1024)

/* Addresses and storage keys one access list may name: each costs at least
 * 1,900 gas (EIP-2930), so real ones hold dozens. */
#define EVM_ACCESS_ADDRESSES_MAX 256
#define EVM_ACCESS_KEYS_MAX	 1024

/* Nesting of ABI and EIP-712 types: every array suffix, tuple and struct is
 * one level. Solidity's compiler gives up not far above; functions that walk
 * a type call themselves at most so often. */
#define EVM_TYPE_DEPTH_MAX 16

/* The text of one type or signature, and how many types it may name. */
#define EVM_TYPE_TEXT_MAX  4096
#define EVM_TYPE_NODES_MAX 512

/* Elements of a fixed array type. Its text is short whatever its length is,
 * and what it takes to encode is not. */
#define EVM_ARRAY_LENGTH_MAX 65536

/* ABI data made or read: call data of a transaction, or an answer of eth_call;
 * the latter may be larger than what a transaction may carry. */
#define EVM_ABI_SIZE_MAX ((size_t)4 * 1024 * 1024)

/* Indexed parameters of one event: topics 1 to 3, or 0 to 3 if anonymous. */
#define EVM_TOPICS_MAX 4

/* EIP-712: the text of one document, struct types in it, their members, the
 * length of a name, and of an encodeType. */
#define EVM_TYPED_TEXT_MAX    ((size_t)256 * 1024)
#define EVM_TYPED_STRUCTS_MAX 64
#define EVM_TYPED_MEMBERS_MAX 64
#define EVM_TYPED_NAME_MAX    128
#define EVM_TYPED_ENCODED_MAX ((size_t)64 * 1024)

/* Decimals of a token: uint8 on the chain, but 10^78 is beyond 256 bits. */
#define EVM_DECIMALS_MAX 77

/* ERC-4361: a whole message, and its list of resources. Wallets show it to a
 * person; nobody reads more. */
#define EVM_SIWE_SIZE_MAX      8192
#define EVM_SIWE_RESOURCES_MAX 32

/* A keystore file; those of the usual programs have about 500 bytes. */
#define EVM_KEYSTORE_SIZE_MAX 8192

/* Scrypt takes 128*N*r bytes at once and N*r*p steps. geth's own setting is
 * N=2^18, r=8, p=1: 256 MiB. Reading must not let a file take more memory, nor
 * four times more time. */
#define EVM_SCRYPT_MEMORY_MAX ((uint64_t)256 * 1024 * 1024)
#define EVM_SCRYPT_WORK_MAX   ((uint64_t)1024 * 1024 * 1024)

/* What is written is no weaker than the light setting of geth. */
#define EVM_SCRYPT_N_MIN 4096

/* PBKDF2 rounds read: a few seconds. geth and others wrote 262,144. */
#define EVM_PBKDF2_ROUNDS_MAX 10000000

#define EVM_PASSWORD_SIZE_MAX 1024

/* What a remote signer may answer: a raw transaction in hexadecimal, twice
 * (clef repeats it field by field). */
#define EVM_REMOTE_ANSWER_MAX (8 * EVM_TX_SIZE_MAX)

/* A person may have to press a button at the other end (clef). */
#define EVM_REMOTE_TIMEOUT_US ((int64_t)60 * 1000 * 1000)

#endif
