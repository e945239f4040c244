/* model.h - a community that votes, kept as plainly as can be: arrays, and
 * everything counted anew each time. It shares nothing with governance; what
 * it says must be what governance says. */
#ifndef STOA_TESTS_PROP_MODEL_H
#define STOA_TESTS_PROP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEMBERS	  9
#define TYPES	  8 /* and 0: all types, of delegations */
#define OPTIONS	  5
#define PROPOSALS 400
#define NOBODY	  (-1)

enum form {
	SINGLE = 1,
	APPROVAL,
	RANKED,
	SPLIT,
	QUADRATIC
};
enum stage {
	DRAFT,
	OPENING,
	VOTING,
	REVEAL,
	WAITING,
	RUNNING,
	STUCK,
	OVER
};

struct roll {
	bool is_member;
	int64_t joined_us, stake;
};

struct choice {
	bool is_there, is_abstention;
	unsigned count;
	unsigned options[OPTIONS];
	uint64_t amounts[OPTIONS];
};

struct model_rule {
	enum form form;
	bool is_by_token;
	uint64_t quorum_bp, threshold_bp, objection_bp;
	int64_t voting_us, extension_us, timelock_us, reveal_us;
	int64_t age_us, stake;
	unsigned sponsors;
	bool has_deposit;
};

struct motion {
	char id[16];
	unsigned type, by, options;
	int reject;
	bool has_action;
	enum stage stage;
	int64_t opened_us, ends_us;
	bool is_extended, is_vetoed, is_cancelled, is_executed;
	unsigned sponsors, attempt;
	struct model_rule rule;
	uint64_t power[MEMBERS]; /* at the opening; 0: may not vote */
	uint64_t eligible;
	uint64_t round, credits;
	struct choice own[MEMBERS];
	struct choice sealed[MEMBERS];
	uint64_t charged[MEMBERS]; /* for what a delegate cast, at the end */
	bool is_counted;	   /* its costs stand */
	bool is_refunded;
};

struct model {
	int64_t now_us;
	struct roll recorded[MEMBERS];
	int delegate[MEMBERS][TYPES + 1]; /* NOBODY: none */
	struct motion motions[PROPOSALS];
	unsigned motion_count;
};

struct model_tally {
	uint64_t points[OPTIONS], abstained, voted, helping, basis, scale;
	/* While the vote goes on, those who rely on others help whether or not
	 * their credits will do in the end. */
	uint64_t helping_live;
	int winner; /* -1: none */
	bool is_nobody;
	unsigned ballots, delegated;
	uint64_t charges[MEMBERS];
};

/* What member m has left for this motion, an own ballot there given back. */
int64_t model_left(
    const struct model *m, const struct motion *p, unsigned member);
uint64_t model_cost(const struct motion *p, const struct choice *c);

/* Whether governance must take this ballot now. */
bool model_takes(const struct model *m, const struct motion *p, unsigned member,
    const struct choice *c);

void model_count(const struct model *m, const struct motion *p,
    struct model_tally *ret_tally);
bool model_has_quorum(const struct motion *p, uint64_t helping);

/* As in proto/governance.proto, enum Verdict. */
int model_verdict(const struct motion *p, const struct model_tally *t);

#endif
