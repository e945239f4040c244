/* owners.c - two members turn out to be one person: what the one had trained,
 * stored or has under way is the other's. */
#include "base/id.h"
#include "training/limits.h"
#include "training/state.h"

#include <stdlib.h>

struct stoa_str
owner_now(const struct training *s, struct stoa_str actor)
{
	const char *now = stoa_map_get(&s->owners, actor);

	/* Ends: nobody becomes who they were. */
	while (now != NULL) {
		actor = stoa_str_of(now);
		now = stoa_map_get(&s->owners, actor);
	}
	return actor;
}

void
owners_decide_unite(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Training__UniteRequest *in =
	    (const Stoa__Training__UniteRequest *)c->request;
	struct stoa_str former = stoa_str_of(in->former);
	struct stoa_str to = owner_now(s, stoa_str_of(in->member));
	Stoa__Training__Event event = STOA__TRAINING__EVENT__INIT;
	Stoa__Training__MembersUnited e = STOA__TRAINING__MEMBERS_UNITED__INIT;

	if (!stoa_id_is_valid('u', to) || !stoa_id_is_valid('u', former) ||
	    stoa_str_is_equal(to, former)) {
		REFUSE(d, not_permitted, "two members");
		return;
	}
	if (stoa_map_get(&s->owners, former) != NULL) {
		if (!stoa_str_is_equal(owner_now(s, former), to)) {
			REFUSE(d, not_permitted, "two members");
		}
		return; /* done already */
	}
	if (s->owners.count >= TRAINING_UNITED_MAX) {
		REFUSE(d, too_many, "former names",
		    stoa_decide_number(d, TRAINING_UNITED_MAX));
		return;
	}
	e.member = stoa_arena_str(d->arena, to);
	e.former = in->former;
	event.kind_case = STOA__TRAINING__EVENT__KIND_MEMBERS_UNITED;
	event.members_united = &e;
	if (e.member != NULL) {
		stoa_decide_event(d, &event.base);
	}
}

static void
rename_owner(char **owner, const Stoa__Training__MembersUnited *e)
{
	if (strcmp(*owner, e->former) == 0) {
		stoa_text_set(owner, e->member);
	}
}

void
owners_apply_united(struct training *s, const Stoa__Training__MembersUnited *e)
{
	stoa_assert(stoa_map_put(&s->owners, stoa_str_of(e->former),
			stoa_text_dup(e->member)) == NULL);
	STOA_MAP_EACH(&s->jobs, entry)
	{
		rename_owner(
		    &((struct training_job *)entry->value)->said->member, e);
	}
	STOA_MAP_EACH(&s->models, entry)
	{
		rename_owner(&((struct model *)entry->value)->said->member, e);
	}
	STOA_MAP_EACH(&s->datasets, entry)
	{
		rename_owner(&((struct dataset *)entry->value)->member, e);
	}
}

void
owners_free(struct training *s)
{
	STOA_MAP_EACH(&s->owners, entry)
	{
		free(entry->value);
	}
	stoa_map_fini(&s->owners);
}
