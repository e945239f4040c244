/* discord.h - plays Discord to one shard: what it is asked for is kept, what
 * Discord would say is said by the test. No sockets, no clock. */
#ifndef STOA_TESTS_GATEWAY_DISCORD_H
#define STOA_TESTS_GATEWAY_DISCORD_H

#include "gateway/shard.h"

#define TOKEN	"MTk4NjIyNDgzNDcxOTI1MjQ4.secret"
#define COMMON	"wss://gateway.discord.gg"
#define RESUME	"wss://gateway-us-east1-b.discord.gg"
#define SESSION "0123456789abcdef0123456789abcdef"

#define SENT_MAX 64

struct discord {
	struct shard shard;
	int64_t now_us;
	char url[256]; /* last connected to */
	unsigned connects;
	unsigned closes;
	unsigned close_code; /* of the last one */
	bool is_connected;
	char sent[SENT_MAX][512];
	unsigned sent_count;
	uint64_t taken[256]; /* sequence numbers dispatched */
	unsigned taken_count;
	unsigned sessions; /* times a new one was to be stored */
	unsigned queued;
	bool is_unreadable; /* dispatches are refused */
	bool is_left;	    /* the session is not needed any more */
};

void discord_begin(struct discord *d);

/* The shard begins: with a session, or without. */
void discord_start(struct discord *d, const char *session, uint64_t seq);
void discord_say(struct discord *d, const char *payload);
void discord_sayf(struct discord *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void discord_open(struct discord *d);
void discord_wait(struct discord *d, int64_t us); /* in ticks of 20 ms */

/* Until the shard connects again, at most `us`. */
bool discord_wait_connect(struct discord *d, int64_t us);

/* Start, open, Hello, grant, READY with seq 1. */
void discord_ready(struct discord *d);

/* A dispatch of that sequence number. */
void discord_dispatch(struct discord *d, uint64_t seq);

/* The connection ends: by a close frame with `code`; 0: it breaks. */
void discord_close(struct discord *d, unsigned code);

/* The last payload sent holds `text`. */
bool discord_was_sent(const struct discord *d, const char *text);

#endif
