/* recover.c - a new connection: is the stream still what we knew?
 *
 * First the record at our highest position is compared. Where the stream lost
 * its tail, it is read again from its start, all configured replicas report
 * their heads, and whoever has the longest copy of a community publishes the
 * missing records in order by index; until then nobody appends to it. */
#include "base/check.h"
#include "domain/chain.h"

#include <inttypes.h>
#include <stdio.h>

#define TOKEN_CHECK 1 /* flights count from 2 */

static bool
is_due(const struct stoa_replica *r, struct stoa_mono since, int64_t us)
{
	return stoa_clock_mono(r->o.clock).us - since.us >= us;
}

static Stoa__Journal__Beat
beat_of(struct stoa_replica *r)
{
	Stoa__Journal__Beat beat = STOA__JOURNAL__BEAT__INIT;

	beat.replica = r->o.number;
	beat.position = r->position;
	beat.hash.data = r->position_hash.bytes;
	beat.hash.len = sizeof(r->position_hash.bytes);
	beat.is_serving = stoa_replica_is_ready(r);
	beat.is_recovering = r->is_recovering;
	beat.epoch = r->epoch;
	return beat;
}

/* Tells the peers where we are; asks them while we must know. */
static void
beat_send(struct stoa_replica *r, uint64_t answer)
{
	Stoa__Journal__Beat message;
	struct stoa_str bytes;

	if (r->o.count == 1) {
		return;
	}
	r->beat_at = stoa_clock_mono(r->o.clock);
	message = beat_of(r);
	message.question = r->phase == REPLICA_ASKING ? r->question : 0;
	message.answer = answer;
	stoa_arena_reset(&r->arena);
	bytes = stoa_pack(&r->arena, &message.base);
	stoa_peer_send(r->o.peer, STOA_PEER_BEAT, bytes);
}

/* ---- connections ------------------------------------------------------ */

static void
go_live(struct stoa_replica *r)
{
	r->phase = REPLICA_LIVE;
	STOA_MAP_EACH(&r->chains, entry)
	{
		struct chain *c = entry->value;

		if (c->flight != NULL && c->flight->phase != FLIGHT_LANDED) {
			append_resend(r, c->flight);
		}
		chain_list_ready(r, c);
	}
}

/* Survives a crash: a recovery that has begun must be ended. */
static void
note_put(struct stoa_replica *r)
{
	Stoa__Journal__Beat note = beat_of(r);

	note.repaired_bytes = r->repaired_bytes;
	stoa_arena_reset(&r->arena);
	(void)copy_put(r, 0, stoa_pack(&r->arena, &note.base));
}

/* Sequences mean nothing any more. All replicas end in the same epoch: who
 * finds a peer in a later one follows. */
static void
epoch_begin(struct stoa_replica *r)
{
	uint32_t epoch = r->epoch + 1;

	for (uint32_t i = 0; i < r->o.count; i++) {
		if (r->peers[i].epoch > epoch) {
			epoch = r->peers[i].epoch;
		}
	}
	r->epoch = epoch;
	r->followed = 0;
	r->position = 0;
	note_put(r);
}

/* Reads the whole stream again: what does it still have? */
void
recover_start(struct stoa_replica *r, const char *why, uint64_t where)
{
	char text[200];

	(void)snprintf(text, sizeof(text),
	    "the stream is not what it was (%s at sequence %" PRIu64
	    "): comparing all communities",
	    why, where);
	r->o.events->alarm(r->o.owner, STOA_STR(""), text);
	r->phase = REPLICA_RECOVERING;
	r->is_recovering = true;
	r->is_caught_up = false;
	r->question++;
	epoch_begin(r);
	r->heads_at = (struct stoa_mono){0};
	STOA_MAP_EACH(&r->chains, entry)
	{
		struct chain *c = entry->value;

		c->stream_index = 0;
		c->sequence = 0;
		c->required = 0;
		c->refill_token = 0;
	}
	for (uint32_t i = 0; i < r->o.count; i++) {
		r->peers[i].heads_complete = false;
		r->peers[i].heads_pages = 0;
		r->peers[i].position = 0; /* in numbers that are void now */
	}
	stoa_stream_follow(r->o.stream, 1);
}

static void
stream_is_intact(struct stoa_replica *r)
{
	uint64_t from = r->is_damaged ? 1 : r->followed + 1;

	go_live(r);
	stoa_stream_follow(r->o.stream, from);
}

/* The position that replica `i` knows, our own included. */
static uint64_t
position_of(
    const struct stoa_replica *r, uint32_t i, struct stoa_hash *ret_hash)
{
	if (i == r->o.number) {
		*ret_hash = r->position_hash;
		return r->position;
	}
	*ret_hash = r->peers[i].hash;
	return r->peers[i].position;
}

static bool
peers_have_answered(const struct stoa_replica *r)
{
	for (uint32_t i = 0; i < r->o.count; i++) {
		if (i != r->o.number && r->peers[i].answered != r->question) {
			return false;
		}
	}
	return true;
}

/* Compares the record at each replica's highest position, one by one. What
 * any of them was ever sure of must be in the stream: a replica that lags
 * cannot see by itself that the stream lost something. */
static void
check_next(struct stoa_replica *r)
{
	struct stoa_hash hash;

	for (uint32_t i = 0; i < r->o.count; i++) {
		if (i != r->o.number && (r->peers[i].is_recovering ||
					    r->peers[i].epoch > r->epoch)) {
			recover_start(r, "a peer says so", 0);
			return;
		}
	}
	while (r->check_at < r->o.count) {
		uint64_t position = position_of(r, r->check_at, &hash);

		if (position > r->stream_last) {
			recover_start(r, "it ends before", position);
			return;
		}
		if (position > 0) {
			r->check_sent = stoa_clock_mono(r->o.clock);
			stoa_stream_get_at(r->o.stream, TOKEN_CHECK, position);
			return;
		}
		r->check_at++;
	}
	stream_is_intact(r);
}

static void
check_begin(struct stoa_replica *r)
{
	if (r->phase == REPLICA_ASKING && peers_have_answered(r)) {
		r->phase = REPLICA_CHECKING;
		r->check_at = 0;
		check_next(r);
	}
}

void
recover_up(void *owner, uint64_t last)
{
	struct stoa_replica *r = owner;

	r->is_caught_up = false;
	r->stream_last = last;
	if (r->is_recovering) {
		recover_start(r, "the connection was lost meanwhile", 0);
		return;
	}
	r->phase = REPLICA_ASKING;
	r->question++;
	beat_send(r, 0);
	check_begin(r);
}

void
recover_down(void *owner)
{
	struct stoa_replica *r = owner;

	r->phase = REPLICA_DOWN;
	r->is_caught_up = false;
	STOA_MAP_EACH(&r->chains, entry)
	{
		struct chain *c = entry->value;

		c->refill_token = 0;
		if (c->flight != NULL && c->flight->phase != FLIGHT_LANDED) {
			c->flight->phase = FLIGHT_UNKNOWN;
		}
	}
	recover_slots(r);
}

static void
check_answered(struct stoa_replica *r, enum stoa_status status,
    uint64_t sequence, struct stoa_str bytes)
{
	struct stoa_hash hash, found;

	if (r->phase != REPLICA_CHECKING ||
	    (status != STOA_OK && status != STOA_NOT_FOUND)) {
		return; /* asked again by the tick */
	}
	if (sequence != position_of(r, r->check_at, &hash)) {
		return; /* the answer to an older question */
	}
	if (status == STOA_NOT_FOUND) {
		recover_start(r, "there is no record", sequence);
		return;
	}
	found = stoa_record_hash(bytes);
	if (!stoa_hash_is_equal(&hash, &found)) {
		recover_start(r, "there is another record", sequence);
		return;
	}
	r->check_at++;
	check_next(r);
}

void
recover_got(void *owner, uint64_t token, enum stoa_status status,
    uint64_t sequence, struct stoa_str bytes)
{
	struct stoa_replica *r = owner;
	struct flight *f;

	if (token == TOKEN_CHECK) {
		check_answered(r, status, sequence, bytes);
		return;
	}
	f = flight_of(r, token);
	if (f != NULL) {
		append_looked(r, f, status, sequence, bytes);
	}
}

/* ---- heads of peers ---------------------------------------------------- */

static bool
heads_are_complete(const struct stoa_replica *r)
{
	for (uint32_t i = 0; i < r->o.count; i++) {
		if (i != r->o.number && !r->peers[i].heads_complete) {
			return false;
		}
	}
	return true;
}

static void
heads_send_page(struct stoa_replica *r, Stoa__Journal__Heads *message)
{
	struct stoa_str bytes = stoa_pack(&r->arena, &message->base);

	if (bytes.data != NULL) {
		stoa_peer_send(r->o.peer, STOA_PEER_HEADS, bytes);
	}
}

/* What is told must survive a crash of ours: peers will wait for it. */
static bool
copy_is_clean(const struct stoa_replica *r)
{
	return !r->is_dirty && !r->is_syncing;
}

static void
heads_send(struct stoa_replica *r, uint64_t answer)
{
	Stoa__Journal__Heads message = STOA__JOURNAL__HEADS__INIT;
	size_t cursor = 0;

	if (!copy_is_clean(r)) {
		r->heads_due = answer;
		return;
	}
	r->heads_due = 0;
	message.replica = r->o.number;
	message.question = answer == 0 ? r->question : 0;
	message.answer = answer;
	message.page_count =
	    (uint32_t)(r->chains.count / DOMAIN_HEADS_PAGE) + 1;
	for (; message.page < message.page_count; message.page++) {
		Stoa__Journal__Head **heads;
		struct stoa_map_entry *entry;
		size_t count = 0;

		stoa_arena_reset(&r->arena);
		heads = stoa_arena_alloc_array(
		    &r->arena, DOMAIN_HEADS_PAGE, sizeof(heads[0]));
		while (count < DOMAIN_HEADS_PAGE &&
		       (entry = stoa_map_next(&r->chains, &cursor)) != NULL) {
			const struct chain *c = entry->value;
			Stoa__Journal__Head *h =
			    stoa_arena_alloc(&r->arena, sizeof(*h));

			stoa_assert(h != NULL);
			stoa__journal__head__init(h);
			h->community = (char *)(uintptr_t)c->id.data;
			h->index = c->index;
			h->mark =
			    c->index == 0 ? 0 : c->places[c->index - 1].mark;
			heads[count++] = h;
		}
		message.heads = heads;
		message.n_heads = count;
		heads_send_page(r, &message);
	}
}

static void
head_heard(struct stoa_replica *r, struct chain *c,
    const Stoa__Journal__Head *head, uint32_t replica)
{
	if (head->index > c->required) {
		c->required = head->index;
	}
	if (head->index > 0 && head->index <= c->index &&
	    c->places[head->index - 1].mark != head->mark) {
		chain_freeze(r, c,
		    "fork: replica %" PRIu32 " has another record %" PRIu64,
		    replica, head->index);
	}
}

static void
heads_heard(struct stoa_replica *r, const Stoa__Journal__Heads *m)
{
	struct peer *p = &r->peers[m->replica];

	for (size_t i = 0; i < m->n_heads; i++) {
		struct chain *c =
		    chain_make(r, stoa_str_of(m->heads[i]->community));

		if (c != NULL) {
			head_heard(r, c, m->heads[i], m->replica);
		}
	}
	if (m->answer != r->question) {
		return; /* may be from before what we ask about */
	}
	if (m->page == 0) {
		p->heads_pages = 0;
	}
	if (m->page == p->heads_pages) {
		p->heads_pages++;
	}
	if (p->heads_pages == m->page_count) {
		p->heads_complete = true;
	}
}

static void
beat_heard(struct stoa_replica *r, const Stoa__Journal__Beat *m)
{
	struct peer *p = &r->peers[m->replica];
	uint64_t question = m->question;

	p->heard = stoa_clock_mono(r->o.clock);
	p->is_serving = m->is_serving;
	p->position = m->position;
	p->is_recovering = m->is_recovering;
	p->epoch = m->epoch;
	if (m->hash.len == sizeof(p->hash.bytes)) {
		memcpy(p->hash.bytes, m->hash.data, sizeof(p->hash.bytes));
	}
	if (m->answer != 0 && m->answer == r->question) {
		p->answered = m->answer;
		check_begin(r);
	}
	if (question != 0) {
		beat_send(r, question);
	}
}

void
recover_heard(void *owner, enum stoa_peer_verb verb, struct stoa_str bytes)
{
	struct stoa_replica *r = owner;

	stoa_arena_reset(&r->arena);
	if (verb == STOA_PEER_BEAT) {
		const Stoa__Journal__Beat *m = stoa_unpack(
		    &r->arena, &stoa__journal__beat__descriptor, bytes);

		if (m != NULL && m->replica < r->o.count &&
		    m->replica != r->o.number) {
			beat_heard(r, m);
		}
	} else {
		const Stoa__Journal__Heads *m = stoa_unpack(
		    &r->arena, &stoa__journal__heads__descriptor, bytes);
		uint64_t question;

		if (m == NULL || m->replica >= r->o.count ||
		    m->replica == r->o.number) {
			return;
		}
		question = m->page == 0 ? m->question : 0;
		heads_heard(r, m);
		if (question != 0) {
			heads_send(r, question);
		}
	}
}

/* ---- refilling --------------------------------------------------------- */

static void
refill_next(struct stoa_replica *r, struct chain *c)
{
	struct stoa_frame frame;
	uint64_t at = c->stream_index;

	stoa_assert(at < c->index);
	if (stoa_copy_read(r->o.copy, c->places[at].offset, &r->scratch,
		&frame) != STOA_OK) {
		replica_stop(r, c->id,
		    "the own copy does not hold what was written to it");
		return;
	}
	c->refill_token = ++r->next_token;
	c->refill_index = at + 1;
	c->refill_sent = stoa_clock_mono(r->o.clock);
	stoa_stream_publish(
	    r->o.stream, c->refill_token, c->id, c->sequence, frame.record);
}

/* Of several that have the longest copy, each may refill: the expected
 * sequence lets only one record through. */
void
recover_chain(struct stoa_replica *r, struct chain *c)
{
	if (r->phase != REPLICA_RECOVERING || !r->is_caught_up ||
	    c->is_frozen || c->refill_token != 0 || !heads_are_complete(r)) {
		return;
	}
	if (c->stream_index < c->index && c->index >= c->required) {
		refill_next(r, c);
	}
}

bool
recover_refilled(struct stoa_replica *r, uint64_t token,
    enum stoa_status status, uint64_t sequence)
{
	STOA_MAP_EACH(&r->chains, entry)
	{
		struct chain *c = entry->value;

		if (c->refill_token != token || token == 0) {
			continue;
		}
		if (status != STOA_OK) {
			/* Another was first, or nobody knows: what the stream
			 * delivers next tells; the tick tries again. */
			return true;
		}
		c->refill_token = 0;
		r->stats.refill_count++;
		if (c->refill_index > c->stream_index) {
			c->sequence = sequence;
			c->stream_index = c->refill_index;
		}
		recover_chain(r, c);
		return true;
	}
	return false;
}

static bool
recover_is_done(const struct stoa_replica *r)
{
	size_t cursor = 0;
	struct stoa_map_entry *entry;

	if (!r->is_caught_up || !heads_are_complete(r)) {
		return false;
	}
	while ((entry = stoa_map_next(&r->chains, &cursor)) != NULL) {
		const struct chain *c = entry->value;

		if (!c->is_frozen &&
		    (c->stream_index < c->index || c->index < c->required)) {
			return false;
		}
	}
	return true;
}

void
recover_caught_up(void *owner)
{
	struct stoa_replica *r = owner;
	bool is_whole = true;

	r->is_caught_up = true;
	if (r->phase == REPLICA_RECOVERING) {
		STOA_MAP_EACH(&r->chains, entry)
		{
			recover_chain(r, entry->value);
		}
		return;
	}
	STOA_MAP_EACH(&r->chains, entry)
	{
		struct chain *c = entry->value;

		if (c->orphaned > c->index) {
			is_whole = false;
			chain_freeze(r, c,
			    "record %" PRIu64 " is neither in the own copy "
			    "nor in the stream",
			    c->index + 1);
		}
	}
	/* What was missing stands further on in the copy by now: neither the
	 * next start nor a snapshot need mind the hole. */
	if (r->is_damaged && is_whole) {
		r->repaired_bytes = r->damage_bytes;
		note_put(r);
	}
	r->is_damaged = false;
}

/* ---- time ---------------------------------------------------------------- */

/* Publishes again what nobody has answered for. */
static void
settle(struct stoa_replica *r)
{
	STOA_MAP_EACH(&r->tokens, entry)
	{
		struct flight *f = entry->value;

		if (f->phase != FLIGHT_LANDED &&
		    is_due(r, f->sent, DOMAIN_SETTLE_US)) {
			append_resend(r, f);
		}
	}
}

static void
recover_again(struct stoa_replica *r)
{
	if (r->o.count > 1 && !heads_are_complete(r) &&
	    is_due(r, r->heads_at, STOA_US_PER_S)) {
		r->heads_at = stoa_clock_mono(r->o.clock);
		heads_send(r, 0);
	}
	STOA_MAP_EACH(&r->chains, entry)
	{
		struct chain *c = entry->value;

		if (c->refill_token != 0 &&
		    is_due(r, c->refill_sent, DOMAIN_SETTLE_US)) {
			c->refill_token = 0;
		}
		recover_chain(r, c);
	}
	if (recover_is_done(r)) {
		r->is_recovering = false;
		note_put(r);
		go_live(r);
	}
}

void
recover_turn(struct stoa_replica *r)
{
	if (r->heads_due != 0 && copy_is_clean(r)) {
		heads_send(r, r->heads_due);
	}
}

void
recover_tick(struct stoa_replica *r)
{
	if (is_due(r, r->beat_at, DOMAIN_BEAT_US)) {
		beat_send(r, 0);
	}
	if (r->phase == REPLICA_CHECKING &&
	    is_due(r, r->check_sent, DOMAIN_SETTLE_US)) {
		check_next(r);
	}
	if (r->phase == REPLICA_RECOVERING) {
		recover_again(r);
	}
	settle(r);
	recover_slots(r);
}

/* ---- who serves what ----------------------------------------------------- */

/* Highest random weight: a replica that comes or goes moves only its own
 * share of the slots. */
static uint64_t
weight(uint32_t slot, uint32_t replica)
{
	uint64_t both = (uint64_t)slot << 32 | replica;

	return stoa_map_hash(0, stoa_str_of_bytes(&both, sizeof(both)));
}

static bool
peer_is_serving(const struct stoa_replica *r, uint32_t i)
{
	return r->peers[i].is_serving && r->peers[i].heard.us != 0 &&
	       !is_due(r, r->peers[i].heard, DOMAIN_DEAD_US);
}

/* Of those serving, a bit each, the heaviest has a slot. */
static bool
is_heaviest(const struct stoa_replica *r, uint32_t serving, uint32_t slot)
{
	uint64_t own = weight(slot, r->o.number);

	for (uint32_t i = 0; i < r->o.count; i++) {
		if ((serving >> i & 1) != 0 && weight(slot, i) > own) {
			return false;
		}
	}
	return true;
}

/* Divides only when somebody has come or gone: that is rare, and this is asked
 * for ten times a second. */
void
recover_slots(struct stoa_replica *r)
{
	bool mine[256];
	uint32_t serving = 0;

	if (stoa_replica_is_ready(r)) {
		for (uint32_t i = 0; i < r->o.count; i++) {
			serving |= (uint32_t)(i == r->o.number ||
					      peer_is_serving(r, i))
				   << i;
		}
	}
	if (serving == r->serving) {
		return;
	}
	r->serving = serving;
	for (uint32_t slot = 0; slot < 256; slot++) {
		mine[slot] = serving != 0 && is_heaviest(r, serving, slot);
	}
	if (memcmp(mine, r->mine, sizeof(mine)) == 0) {
		return;
	}
	memcpy(r->mine, mine, sizeof(mine));
	r->o.events->slots(r->o.owner, r->mine);
}
