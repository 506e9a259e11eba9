/*
 * duck - duck types by their text: constructor and property names (private to findobjs/).
 */
#ifndef FINDOBJS_DUCK_H
#define FINDOBJS_DUCK_H

#include "findobjs/group.h"

struct duck_table {
	struct map key_names; /* key -> its name (const char *), or 1: not shown */
	const struct js_heap *heap;
	struct arena *arena; /* of what the groups point to */
	VEC(struct object_group) groups;
	VEC(char *) texts;  /* beside the groups: what they were compared by */
	struct map by_text; /* hash of the text -> index plus 1 of the first such group */
	VEC(size_t) next;   /* beside the groups: next of the same hash, plus 1; 0: none */
};

/* The index of the group that an object belongs to, made when new. RC_OK or RC_NOMEM. */
MUST_USE enum rc duck_find(struct duck_table *d, jsval object, size_t *group);

/* Sort, and hand the groups over to g, its indexes renumbered. RC_OK or RC_NOMEM. */
MUST_USE enum rc duck_finish(struct duck_table *d, struct object_groups *g);

void duck_table_free(struct duck_table *d);

#endif
