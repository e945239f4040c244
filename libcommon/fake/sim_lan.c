/* sim_lan.c - peers that hear each other late, twice or not at all. */
#include "base/check.h"
#include "fake/sim.h"

#include <stdlib.h>

#define PEERS_MAX 16

struct stoa_peer {
	struct sim_lan *lan;
	stoa_peer_heard heard;
	void *owner;
	uint64_t epoch; /* a freed peer's messages die with it */
	size_t place;
};

struct sim_lan {
	struct sim *sim;
	struct stoa_peer *peers[PEERS_MAX];
	uint64_t next_epoch;
};

struct letter {
	struct sim_lan *lan;
	size_t to;
	uint64_t epoch;
	enum stoa_peer_verb verb;
	size_t len;
	char bytes[];
};

struct sim_lan *
sim_lan_new(struct sim *s)
{
	struct sim_lan *lan = calloc(1, sizeof(*lan));

	stoa_assert(lan != NULL);
	lan->sim = s;
	return lan;
}

void
sim_lan_free(struct sim_lan *lan)
{
	free(lan);
}

struct stoa_peer *
sim_peer_new(struct sim_lan *lan)
{
	struct stoa_peer *p = calloc(1, sizeof(*p));

	stoa_assert(p != NULL);
	p->lan = lan;
	p->epoch = ++lan->next_epoch;
	while (lan->peers[p->place] != NULL) {
		p->place++;
		stoa_assert(p->place < PEERS_MAX);
	}
	lan->peers[p->place] = p;
	return p;
}

void
sim_peer_free(struct stoa_peer *p)
{
	p->lan->peers[p->place] = NULL;
	free(p);
}

void
stoa_peer_bind(struct stoa_peer *p, stoa_peer_heard heard, void *owner)
{
	p->heard = heard;
	p->owner = owner;
}

static void
letter_arrive(void *arg)
{
	struct letter *l = arg;
	struct stoa_peer *to = l->lan->peers[l->to];

	if (to != NULL && to->epoch == l->epoch && to->heard != NULL) {
		to->heard(
		    to->owner, l->verb, stoa_str_of_bytes(l->bytes, l->len));
	}
	free(l);
}

void
stoa_peer_send(
    struct stoa_peer *p, enum stoa_peer_verb verb, struct stoa_str bytes)
{
	struct sim *s = p->lan->sim;

	for (size_t i = 0; i < PEERS_MAX; i++) {
		struct stoa_peer *to = p->lan->peers[i];
		struct letter *l;

		if (to == NULL || to == p ||
		    stoa_rng_chance(sim_rng(s), sim_faults(s)->lose_peer)) {
			continue;
		}
		l = malloc(sizeof(*l) + bytes.len);
		stoa_assert(l != NULL);
		*l = (struct letter){p->lan, i, to->epoch, verb, bytes.len};
		memcpy(l->bytes, bytes.data, bytes.len);
		sim_at(s,
		    (int64_t)stoa_rng_below(
			sim_rng(s), sim_faults(s)->delay_us_max + 1),
		    letter_arrive, l);
	}
}
