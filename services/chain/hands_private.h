/* hands_private.h - shared by the files of hands.h. */
#ifndef CHAIN_HANDS_PRIVATE_H
#define CHAIN_HANDS_PRIVATE_H

#include "base/arena.h"
#include "base/map.h"
#include "chain/evm_receipt.h"
#include "chain/hands.h"
#include "chain/limits.h"

/* Kinds of trouble that hands may have: there are fewer. */
#define CHAIN_ALARMS 32u

struct chain_hands {
	struct chain_hands_options o;
	struct stoa_errands *errands;
	struct stoa_map watches; /* intent -> struct watch * */
	uint32_t number;	 /* of the last command */
	unsigned pricing;	 /* intents that are being priced */
	/* Intents that are to get a nonce as soon as that is recorded. */
	struct stoa_map reserving;
	int64_t reserving_us; /* the newest of them */
	struct evm_fees_market market;
	int64_t market_us; /* when it was asked for; 0: never */
	struct {
		const char *format; /* which it is; NULL: none yet */
		int64_t us;	    /* when it was told last */
	} alarms[CHAIN_ALARMS];
};

/* What only this process knows of a transaction on its way. */
struct watch {
	uint32_t attempt;
	int64_t since_us, sent_us; /* monotonic */
	unsigned gone_count; /* how often it looked as if it could not be */
};

/* One effect under way: the intent as it was when it began. */
struct job {
	struct chain_hands *h;
	struct stoa_errand *t;
	struct stoa_arena arena;
	struct chain_view view;	  /* what it points to lies in the arena */
	struct stoa_hash *hashes; /* of its attempts */
	struct evm_address to;
	struct stoa_str data;
	uint32_t at;  /* the attempt that is asked about */
	uint64_t gas; /* estimated */
	struct evm_receipt receipt;
	unsigned node;	/* that gave it */
	bool is_agreed; /* receipts are asked of several nodes */
	bool is_used;	/* the nonce, by something final */
	void (*priced)(struct job *job); /* what the market was asked for */
	bool is_revoking;
	bool is_pricing; /* counted in `pricing` */
};

/* ---- hands.c ---- */
struct job *job_begin(struct chain_hands *h, struct stoa_errand *t,
    const struct chain_intent *intent);
/* `ok`: what was recorded moves the state on. */
void job_end(struct job *job, bool ok);
/* Records a result of the job under an id of its own. */
void job_record(struct job *job, const char *verb, const char *method,
    const ProtobufCMessage *request);
/* Asks the nodes; whatever cannot even be asked ends the job. */
void job_ask(struct job *job, enum evm_nodes_kind kind, const char *method,
    struct stoa_str params, evm_nodes_done done);
uint32_t hands_number(struct chain_hands *h);
void hands_alarm(struct chain_hands *h, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Why a contract or a node says no: one line of CHAIN_TEXT_MAX at most. */
void hands_why(struct stoa_str data, struct stoa_str message,
    char ret_why[static CHAIN_TEXT_MAX + 1]);
/* The setting that forbids a transaction at that price, or NULL. */
const char *hands_cap_over(struct job *job, uint64_t gas, uint64_t max_fee_wei);
int64_t hands_mono(const struct chain_hands *h);

/* ---- pricing.c ---- */
void pricing_start(struct job *job);
/* Calls job->priced when the market is known; ends the job if it is not. */
void market_ask(struct job *job);

/* ---- signing.c ---- */
void signing_start(struct job *job, bool is_revoking);
/* Once more for the same nonce, dearer. */
void signing_dearer(struct job *job);

/* ---- sending.c ---- */
void sending_start(struct job *job);
void sending_again(struct job *job); /* what may have been dropped */

/* ---- watching.c ---- */
void watching_start(struct job *job);
struct watch *watch_of(struct chain_hands *h, const struct chain_view *view);
void watch_forget(struct chain_hands *h, struct stoa_str intent);
void watches_free(struct chain_hands *h);

/* ---- crediting.c ---- */
void crediting_look(struct chain_hands *h, struct stoa_str wallet);

#endif
