/* hashers.c - a queue of leaves and the threads that serve it. */
#include "storage/hashers.h"

#include "storage/limits.h"

#include <pthread.h>
#include <stdlib.h>

/* Every leaf of every add fits, so queueing never waits. */
#define QUEUE_SIZE (STORAGE_ADDS_MAX * STORAGE_LEAVES_IN_FLIGHT)

struct storage_hashers {
	pthread_mutex_t lock;
	pthread_cond_t has_work;
	pthread_cond_t has_done;
	struct storage_leaf *queue[QUEUE_SIZE];
	unsigned first;
	unsigned count;
	unsigned adds;
	bool is_closing;
	unsigned thread_count;
	pthread_t threads[STORAGE_HASH_THREADS];
};

void
storage_leaf_do(struct storage_leaf *leaf)
{
	struct stoa_str data = {leaf->data, leaf->len};
	struct stoa_str block =
	    storage_leaf_block(leaf->profile, data, &leaf->wrapped);
	struct stoa_hash hash;

	if (!leaf->profile->has_raw_leaves && leaf->wrapped.is_overflown) {
		leaf->status = STOA_NO_MEMORY;
		return;
	}
	hash = stoa_sha256(block);
	leaf->child =
	    storage_leaf_child(leaf->profile, &hash, data.len, block.len);
	leaf->status =
	    storage_store_put(leaf->store, &hash, leaf->child.cid.codec, block);
}

static void *
serve(void *context)
{
	struct storage_hashers *h = context;

	pthread_mutex_lock(&h->lock);
	for (;;) {
		struct storage_leaf *leaf;

		while (h->count == 0 && !h->is_closing) {
			pthread_cond_wait(&h->has_work, &h->lock);
		}
		if (h->count == 0) {
			break;
		}
		leaf = h->queue[h->first];
		h->first = (h->first + 1) % QUEUE_SIZE;
		h->count--;
		pthread_mutex_unlock(&h->lock);
		storage_leaf_do(leaf);
		pthread_mutex_lock(&h->lock);
		leaf->is_queued = false;
		pthread_cond_broadcast(&h->has_done);
	}
	pthread_mutex_unlock(&h->lock);
	return NULL;
}

enum stoa_status
storage_hashers_open(struct storage_hashers **ret_hashers)
{
	struct storage_hashers *h = calloc(1, sizeof(*h));

	if (h == NULL) {
		return STOA_NO_MEMORY;
	}
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->has_work, NULL);
	pthread_cond_init(&h->has_done, NULL);
	for (; h->thread_count < STORAGE_HASH_THREADS; h->thread_count++) {
		if (pthread_create(
			&h->threads[h->thread_count], NULL, serve, h) != 0) {
			storage_hashers_close(h);
			return STOA_NO_MEMORY;
		}
	}
	*ret_hashers = h;
	return STOA_OK;
}

void
storage_hashers_close(struct storage_hashers *h)
{
	if (h == NULL) {
		return;
	}
	stoa_assert(h->adds == 0);
	pthread_mutex_lock(&h->lock);
	h->is_closing = true;
	pthread_cond_broadcast(&h->has_work);
	pthread_mutex_unlock(&h->lock);
	for (unsigned i = 0; i < h->thread_count; i++) {
		pthread_join(h->threads[i], NULL);
	}
	pthread_cond_destroy(&h->has_done);
	pthread_cond_destroy(&h->has_work);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

enum stoa_status
storage_hashers_enter(struct storage_hashers *h)
{
	enum stoa_status status = STOA_OK;

	pthread_mutex_lock(&h->lock);
	if (h->adds == STORAGE_ADDS_MAX) {
		status = STOA_BUSY;
	} else {
		h->adds++;
	}
	pthread_mutex_unlock(&h->lock);
	return status;
}

void
storage_hashers_leave(struct storage_hashers *h)
{
	pthread_mutex_lock(&h->lock);
	stoa_assert(h->adds > 0);
	h->adds--;
	pthread_mutex_unlock(&h->lock);
}

void
storage_leaf_queue(struct storage_hashers *h, struct storage_leaf *leaf)
{
	pthread_mutex_lock(&h->lock);
	stoa_assert(h->count < QUEUE_SIZE);
	leaf->is_queued = true;
	h->queue[(h->first + h->count++) % QUEUE_SIZE] = leaf;
	pthread_cond_signal(&h->has_work);
	pthread_mutex_unlock(&h->lock);
}

void
storage_leaf_wait(struct storage_hashers *h, struct storage_leaf *leaf)
{
	pthread_mutex_lock(&h->lock);
	while (leaf->is_queued) {
		pthread_cond_wait(&h->has_done, &h->lock);
	}
	pthread_mutex_unlock(&h->lock);
}
