/* model.c - see model.h. */
#include "model.h"

#include <string.h>

/* ---- credits ---- */

uint64_t
model_cost(const struct motion *p, const struct choice *c)
{
	uint64_t sum = 0;

	if (p->rule.form != QUADRATIC || !c->is_there) {
		return 0;
	}
	for (unsigned i = 0; i < c->count; i++) {
		sum += c->amounts[i] * c->amounts[i];
	}
	return sum;
}

int64_t
model_left(const struct model *m, const struct motion *p, unsigned member)
{
	int64_t left = (int64_t)p->credits;

	for (unsigned i = 0; i < m->motion_count; i++) {
		const struct motion *q = &m->motions[i];

		if (q->round == p->round && q->opened_us != 0 &&
		    !q->is_refunded && q != p) {
			left -= (int64_t)model_cost(q, &q->own[member]) +
				(int64_t)q->charged[member];
		}
	}
	return left;
}

/* ---- ballots ---- */

static bool
is_well_formed(const struct motion *p, const struct choice *c)
{
	uint64_t sum = 0;

	if (c->is_abstention) {
		return c->count == 0;
	}
	if (c->count == 0 || c->count > p->options ||
	    (p->rule.form == SINGLE && c->count != 1)) {
		return false;
	}
	for (unsigned i = 0; i < c->count; i++) {
		if (c->options[i] >= p->options) {
			return false;
		}
		for (unsigned k = 0; k < i; k++) {
			if (c->options[k] == c->options[i]) {
				return false;
			}
		}
		if (p->rule.form >= SPLIT &&
		    (c->amounts[i] < 1 ||
			c->amounts[i] >
			    (p->rule.form == SPLIT ? 10000u : 1000u))) {
			return false;
		}
		sum += c->amounts[i];
	}
	return p->rule.form != SPLIT || sum == 10000;
}

bool
model_takes(const struct model *m, const struct motion *p, unsigned member,
    const struct choice *c)
{
	return m->now_us < p->ends_us && p->power[member] > 0 &&
	       is_well_formed(p, c) &&
	       (p->rule.form != QUADRATIC ||
		   (int64_t)model_cost(p, c) <= model_left(m, p, member));
}

/* ---- counting ---- */

static uint64_t
root_of(uint64_t x)
{
	uint64_t r = 0;

	while ((r + 1) * (r + 1) <= x) {
		r++;
	}
	return r;
}

static int
delegate_of(const struct model *m, const struct motion *p, unsigned member)
{
	int to = m->delegate[member][p->type];

	return to != NOBODY ? to : m->delegate[member][0];
}

/* The ballot that counts for a member, own or a delegate's. */
static bool
effective(const struct model *m, const struct motion *p, unsigned member,
    struct choice *ret_choice, bool *ret_own)
{
	int to = delegate_of(m, p, member);
	uint64_t cost;
	int64_t left;
	unsigned kept = 0;

	*ret_own = p->own[member].is_there;
	if (p->own[member].is_there) {
		*ret_choice = p->own[member];
		return true;
	}
	if (to == NOBODY || p->power[member] == 0 || !p->own[to].is_there) {
		return false;
	}
	*ret_choice = p->own[to];
	cost = model_cost(p, ret_choice);
	left = model_left(m, p, member);
	if (p->rule.form != QUADRATIC || (int64_t)cost <= left) {
		return true;
	}
	for (unsigned i = 0; i < ret_choice->count; i++) {
		uint64_t votes = ret_choice->amounts[i];
		uint64_t less = root_of(votes * votes * (uint64_t)left / cost);

		if (less > 0) {
			ret_choice->options[kept] = ret_choice->options[i];
			ret_choice->amounts[kept++] = less;
		}
	}
	ret_choice->count = kept;
	return kept > 0;
}

static void
ranked(const struct motion *p, const struct choice *all, const uint64_t *power,
    unsigned count, struct model_tally *t)
{
	bool is_out[OPTIONS] = {false};
	uint64_t history[OPTIONS][OPTIONS];
	unsigned rounds = 0, alive = p->options;

	while (count > 0) {
		bool is_worst[OPTIONS];
		unsigned worst = 0;

		memset(t->points, 0, sizeof(t->points));
		t->basis = 0;
		for (unsigned b = 0; b < count; b++) {
			for (unsigned i = 0; i < all[b].count; i++) {
				if (!is_out[all[b].options[i]]) {
					t->points[all[b].options[i]] +=
					    power[b];
					t->basis += power[b];
					break;
				}
			}
		}
		memcpy(history[rounds++], t->points, sizeof(t->points));
		for (unsigned o = 0; o < p->options; o++) {
			if (!is_out[o] && 2 * t->points[o] > t->basis) {
				t->winner = (int)o;
				return;
			}
			is_worst[o] = !is_out[o];
		}
		for (unsigned r = rounds; r-- > 0;) {
			uint64_t least = UINT64_MAX;

			for (unsigned o = 0; o < p->options; o++) {
				if (is_worst[o] && history[r][o] < least) {
					least = history[r][o];
				}
			}
			for (unsigned o = 0; o < p->options; o++) {
				is_worst[o] =
				    is_worst[o] && history[r][o] == least;
			}
		}
		for (unsigned o = 0; o < p->options; o++) {
			worst += is_worst[o];
		}
		if (worst == alive) {
			return;
		}
		for (unsigned o = p->options; o-- > 0;) {
			if (is_worst[o]) {
				is_out[o] = true;
				alive--;
				break;
			}
		}
	}
}

/* Whether a ballot is more than a no. */
static bool
helps(const struct motion *p, const struct choice *c)
{
	return c->is_abstention || p->reject < 0 ||
	       c->options[0] != (unsigned)p->reject ||
	       (c->count > 1 && p->rule.form != RANKED);
}

static void
add(const struct motion *p, const struct choice *c, uint64_t power,
    struct model_tally *t)
{
	uint64_t weight = p->rule.form == QUADRATIC ? 1 : power;

	t->voted += weight;
	t->abstained += c->is_abstention ? weight : 0;
	t->helping += helps(p, c) ? weight : 0;
	if (c->is_abstention) {
		return;
	}
	t->is_nobody = false;
	for (unsigned i = 0; i < c->count && p->rule.form != RANKED; i++) {
		uint64_t points = p->rule.form == SPLIT ? power * c->amounts[i]
				  : p->rule.form == QUADRATIC ? c->amounts[i]
							      : power;

		t->points[c->options[i]] += points;
		t->basis += p->rule.form == APPROVAL ? 0 : points;
	}
	t->basis += p->rule.form == APPROVAL ? power : 0;
}

void
model_count(
    const struct model *m, const struct motion *p, struct model_tally *t)
{
	struct choice named[MEMBERS];
	uint64_t powers[MEMBERS], most = 0;
	unsigned count = 0, best = 0;

	*t = (struct model_tally){.winner = -1,
	    .is_nobody = true,
	    .scale = p->rule.form == SPLIT ? 10000 : 1};
	for (unsigned i = 0; i < MEMBERS; i++) {
		int to = delegate_of(m, p, i);
		const struct choice *live = p->own[i].is_there || to == NOBODY
						? &p->own[i]
						: &p->own[to];
		struct choice c;
		bool is_own;

		if (live->is_there && helps(p, live)) {
			t->helping_live += p->power[i];
		}
		if (!effective(m, p, i, &c, &is_own)) {
			continue;
		}
		t->ballots += is_own;
		t->delegated += !is_own;
		t->charges[i] = is_own ? 0 : model_cost(p, &c);
		add(p, &c, p->power[i], t);
		if (!c.is_abstention) {
			named[count] = c;
			powers[count++] = p->power[i];
		}
	}
	if (p->rule.form == RANKED) {
		ranked(p, named, powers, count, t);
		return;
	}
	for (unsigned o = 0; o < p->options; o++) {
		most = t->points[o] > most ? t->points[o] : most;
	}
	for (unsigned o = 0; o < p->options; o++) {
		best += t->points[o] == most;
		t->winner = t->points[o] == most ? (int)o : t->winner;
	}
	if (best != 1 || t->is_nobody) {
		t->winner = -1;
	}
}

bool
model_has_quorum(const struct motion *p, uint64_t helping)
{
	return p->eligible > 0 &&
	       helping * 10000 >= p->rule.quorum_bp * p->eligible;
}

int
model_verdict(const struct motion *p, const struct model_tally *t)
{
	if (p->rule.objection_bp > 0) {
		return t->points[p->reject] * 10000 >=
			       p->rule.objection_bp * p->eligible * t->scale
			   ? 7
			   : 8;
	}
	if (t->is_nobody) {
		return 6;
	}
	if (!model_has_quorum(p, t->helping)) {
		return 4;
	}
	if (t->winner < 0) {
		return 5;
	}
	if (t->winner == p->reject) {
		return 2;
	}
	return t->points[t->winner] * 10000 > p->rule.threshold_bp * t->basis
		   ? 1
		   : 3;
}
