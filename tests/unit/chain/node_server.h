/* node_server.h - nodes of a chain on loopback, as good or bad as a test says:
 * one HTTP server, a path for each node. Its threads are its own. */
#ifndef STOA_TESTS_NODE_SERVER_H
#define STOA_TESTS_NODE_SERVER_H

#include <stddef.h>
#include <stdint.h>

#define NODE_COUNT 3

enum node_mode {
	NODE_GOOD,
	NODE_HTML,	  /* HTTP 502 with a page */
	NODE_TORN,	  /* half an answer */
	NODE_OTHER_ID,	  /* an answer to somebody else */
	NODE_LIMITS,	  /* 429, Retry-After: 1 */
	NODE_HANGS,	  /* answers after `delay_ms` */
	NODE_ERROR,	  /* error -32000 with `text` to what is not polled */
	NODE_USED_NONCE,  /* the same, to a transaction alone */
	NODE_LIES,	  /* "0xbad" to what is not polled */
	NODE_REVERTS,	  /* code 3, with data */
	NODE_HUGE,	  /* five megabytes */
	NODE_ECHOES,	  /* error with the URL that it was asked at */
	NODE_REFUSES_KEY, /* HTTP 401 */
};

enum node_final {
	FINAL_BEHIND, /* four blocks behind the head */
	FINAL_NULL,
	FINAL_ERROR,
	FINAL_STUCK, /* at 3 */
};

void node_server_open(void);
void node_server_close(void);

/* "http://127.0.0.1:4502/0/secretkey0" */
const char *node_server_url(unsigned node);

void node_server_set(unsigned node, enum node_mode mode);
void node_server_set_head(unsigned node, uint64_t head);
void node_server_set_final(unsigned node, enum node_final final);
void node_server_set_chain(unsigned node, uint64_t chain_id);
void node_server_set_text(const char *text); /* of NODE_ERROR */
void node_server_set_delay(unsigned delay_ms);

/* What eth_getTransactionByHash finds. */
void node_server_set_mined(unsigned node, int is_mined);

/* Requests of that method that the node was asked. */
unsigned node_server_count(unsigned node, const char *method);

#endif
