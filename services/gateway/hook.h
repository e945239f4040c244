/* hook.h - Discord in over HTTP: interactions and webhook events.
 *
 *   POST /interactions  the application's "interactions endpoint URL"
 *   POST /events        the application's "webhook events URL"
 *
 * (Discord's "receiving and responding" and "webhook events", API v10.) Both
 * take only what Discord has signed; before that is certain nothing of a body
 * is read. Discord tries both on purpose with wrong signatures and gives an
 * address up that takes them.
 *
 *   401  not signed, wrongly signed, signed more than five minutes from now,
 *        or an interaction that was here already
 *   200  the answer to a PING of /interactions
 *   202  an interaction is stored in the broker; `discord` answers it through
 *        its callback
 *   204  a webhook event is stored, or its PING was heard
 *   400, 405, 413  what is wrong, as JSON
 *   503  the broker has not taken it within GATEWAY_HOOK_ANSWER_US; Discord
 *        waits for three seconds
 *
 * Why a repeated interaction is 401 and not 202: Discord sends each one once,
 * so whoever repeats it has found a copy, and the answer is not to tell him
 * that it was a good one. It would do nothing either way: after a restart, when
 * the memory is gone, the broker and `bot` still know its id. A webhook event
 * is repeated by Discord itself, for ten minutes; that is 204, and the broker
 * folds it by the hash of its body.
 *
 * What was answered by 503 may still be stored when the broker was about to
 * take it; Discord does not send an interaction again.
 *
 * Threads: requests are read and verified on the server's threads, everything
 * else happens on the loop. HTTPS is for a proxy in front of it. */
#ifndef GATEWAY_HOOK_H
#define GATEWAY_HOOK_H

#include "edge/loop.h"
#include "gateway/gateway.h"

struct hook;

struct hook_options {
	struct gateway *gateway; /* borrowed */
	struct stoa_bus *bus;	 /* borrowed */
	struct stoa_loop *loop;	 /* borrowed */
	const char *listen;	 /* "127.0.0.1:0"; port 0: any */
	const char *public_key;	 /* 64 hexadecimal digits */
	uint64_t seed;		 /* of tables; random */
};

/* Refuses: UNAUTHENTIC (that is no public key), and what stoa_http_open does.
 */
STOA_MUST_USE enum stoa_status hook_open(
    const struct hook_options *options, struct hook **ret_hook);

/* Drained it takes no new connections; requests on open ones are still
 * answered. Freeing waits for the server's threads, GATEWAY_HOOK_ANSWER_US at
 * most for those that wait for the loop. */
extern const struct stoa_part hook_part;

/* "http://127.0.0.1:4711", with the port that was chosen. */
const char *hook_url(const struct hook *h);

#endif
