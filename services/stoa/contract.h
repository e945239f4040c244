/* contract.h - the bus as it must be: streams, consumers, and who may say
 * what. The single source for provisioning, for the broker's allow-lists and
 * for the test that every user is refused everything else. */
#ifndef STOA_CONTRACT_H
#define STOA_CONTRACT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct contract_stream {
	const char *name;
	const char *config; /* JSON of the JetStream API, name left out */
};

struct contract_consumer {
	const char *stream;
	const char *durable;
	const char *config;
};

/* Subjects are allow-lists; NULL ends them. "%" stands for the user's own
 * token (a service's name, or a terminal's user). */
struct contract_user {
	const char *name; /* "accounts"; "console" for every terminal */
	const char *publish[24];
	const char *subscribe[12];
	bool answers; /* serves RPC: may answer what it was asked */
};

extern const struct contract_stream contract_streams[];
extern const size_t contract_stream_count;
extern const struct contract_consumer contract_consumers[];
extern const size_t contract_consumer_count;
extern const struct contract_user contract_users[];
extern const size_t contract_user_count;

const struct contract_user *contract_user_find(const char *name);

/* Appends the broker's configuration of one user: its nkey and its lists,
 * "%" replaced by `token`. */
void contract_user_print(const struct contract_user *user, const char *nkey,
    const char *token, struct stoa_buf *out);

#endif
