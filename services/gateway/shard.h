/* shard.h - one connection to Discord's gateway, as a state machine.
 *
 * Fed with what comes in and with the time; asks its owner to connect, send,
 * close, publish and identify. It knows every rule of the protocol (Discord's
 * gateway documentation, API v10: connecting, heartbeats, resuming, close
 * codes) and touches nothing: a test plays Discord by calling it.
 *
 * Never closes with 1000 or 1001, which would end the session, unless it is
 * told to leave it; never identifies while there is a session that could be
 * resumed. Layer 2, pure. */
#ifndef GATEWAY_SHARD_H
#define GATEWAY_SHARD_H

#include "base/rng.h"
#include "gateway/frame.h"
#include "gateway/limits.h"

enum shard_state {
	SHARD_IDLE,	   /* not ours */
	SHARD_WAITING,	   /* for the next attempt */
	SHARD_CONNECTING,  /* until the connection stands */
	SHARD_GREETING,	   /* until Hello */
	SHARD_QUEUEING,	   /* until it may identify */
	SHARD_IDENTIFYING, /* until READY */
	SHARD_RESUMING,	   /* until RESUMED */
	SHARD_READY,
	SHARD_STOPPED, /* for ever: `fatal` says why */
};

/* Why there is no use in trying again: a person must mend it. */
enum shard_fatal {
	SHARD_FATAL_NONE,
	SHARD_FATAL_TOKEN,   /* 4004 */
	SHARD_FATAL_SHARD,   /* 4010 */
	SHARD_FATAL_COUNT,   /* 4011: too few shards */
	SHARD_FATAL_VERSION, /* 4012 */
	SHARD_FATAL_INTENTS, /* 4013: no such intents */
	SHARD_FATAL_ALLOWED, /* 4014: intents not allowed for this bot */
};

/* What must survive the process. */
struct shard_session {
	char id[GATEWAY_SESSION_SIZE]; /* empty: none */
	char url[GATEWAY_URL_SIZE];    /* resume_gateway_url */
	uint64_t seq;		       /* the last one taken */
};

struct shard;

/* What the shard asks for; none of them calls back at once. */
struct shard_ports {
	/* To `url` (no query). Then shard_opened or shard_closed. */
	void (*connect)(void *owner, const char *url);
	void (*send)(void *owner, struct stoa_str text);
	/* The connection is gone; no shard_closed follows. 0: dropped. */
	void (*close)(void *owner, unsigned code);
	/* A dispatch in order, once. False: its data cannot be read. */
	bool (*dispatch)(void *owner, const struct gateway_frame *frame);
	/* A new session: to be stored before anything else happens. */
	void (*session)(void *owner);
	/* May we identify? Then shard_grant, unless it has left QUEUEING. */
	void (*queue)(void *owner);
};

struct shard_options {
	unsigned id, count;
	uint32_t intents;
	const char *token;	  /* borrowed */
	const char *gateway_url;  /* borrowed; "wss://gateway.discord.gg" */
	int64_t host_patience_us; /* before a dead resume host is given up */
};

struct shard_counts {
	uint64_t dispatches;
	uint64_t duplicates;
	uint64_t gaps;
	uint64_t zombies;
	uint64_t identifies;
	uint64_t resumes; /* tried */
	uint64_t resumed; /* with success */
	uint64_t invalid; /* sessions that Discord ended */
	uint64_t refused_sends;
	uint64_t rate_limited; /* dispatches of that name */
	uint64_t our_faults;   /* 4001, 4002, 4005: bugs */
	uint64_t bad_payloads;
};

struct shard {
	struct shard_options o;
	const struct shard_ports *ports;
	void *owner;
	struct stoa_rng rng;
	enum shard_state state;
	enum shard_fatal fatal;
	struct shard_session session;
	int64_t due_us; /* of the state: retry, Hello, READY */
	unsigned attempts;
	bool is_host_bypassed; /* resumes by the common address */
	unsigned host_failures;
	int64_t host_failed_us; /* the first of them */

	int64_t beat_every_us;
	int64_t beat_us; /* the next one */
	bool is_beat_acked;
	bool is_deaf;	     /* not read for now: no acknowledgement can come */
	unsigned beats_open; /* of this connection, not acknowledged */
	unsigned catch_up_acks; /* until the one that is meant; 0: not sent */
	bool is_caught_up;
	int64_t latency_us;
	int64_t beat_sent_us;

	int64_t minute_us; /* of the send budget */
	unsigned sent;
	int64_t gap_us;		   /* of the last reconnect for a gap */
	uint64_t gap_from, gap_to; /* missing, given up; may come late */
	uint64_t bad_seq;	   /* could not be read once already */
	int64_t ready_us;	   /* since when READY */
	int64_t lost_us;	   /* since when not; 0: never was */
	int64_t resume_took_us;	   /* of the last one */
	struct shard_counts counts;
};

void shard_init(struct shard *s, const struct shard_options *options,
    const struct shard_ports *ports, void *owner, uint64_t seed);

/* It is ours now; goes on with `session` if that has an id. */
void shard_start(
    struct shard *s, const struct shard_session *session, int64_t now_us);

/* Closes so that the session can be resumed by somebody else. */
void shard_stop(struct shard *s);

/* Closes for good: the session is not needed any more. */
void shard_leave(struct shard *s);

/* Asked again and again: true once all has come that Discord had for this
 * session when it was asked first. Discord answers in order, so the answer to
 * a heartbeat that was sent since then tells. */
bool shard_catch_up(struct shard *s, int64_t now_us);

void shard_opened(struct shard *s, int64_t now_us);
void shard_frame(
    struct shard *s, const struct gateway_frame *frame, int64_t now_us);

/* What came could not be unpacked or is no payload. */
void shard_bad_payload(struct shard *s, int64_t now_us);

/* The connection is gone: with the peer's code; 0: it broke; `is_open`: it
 * had stood. */
void shard_closed(struct shard *s, unsigned code, bool is_open, int64_t now_us);

/* The answer to `queue`. */
void shard_grant(struct shard *s, int64_t now_us);

void shard_tick(struct shard *s, int64_t now_us);

/* Adds each of `from`. */
void shard_counts_add(struct shard_counts *to, const struct shard_counts *from);

/* Whether acknowledgements can be read at all just now. */
void shard_set_deaf(struct shard *s, bool is_deaf, int64_t now_us);

/* A payload that is neither heartbeat nor identify nor resume. False: longer
 * than GATEWAY_SEND_MAX, over the budget, or not READY; nothing is sent. */
bool shard_send(struct shard *s, struct stoa_str text, int64_t now_us);

const char *shard_state_name(enum shard_state state);

/* What has to be mended, for a person; NULL for NONE. */
const char *shard_fatal_text(enum shard_fatal fatal);

#endif
