/*
 * group - what the heap holds, by duck type.
 *
 * A duck type is a constructor name and a list of own property names. Objects are counted per map
 * in one pass over all pages on all processors; then maps of the same duck type are added up.
 * Objects that keep their properties in a dictionary share maps whatever their properties are, so
 * they are counted per map and set of keys (a sum of hashes of the keys' addresses: keys are
 * internalized).
 *
 * V8 keeps a template (boilerplate) of each object literal that runs often. The program never made
 * those, so they are left out unless asked for.
 *
 *	object ── map ──────────────┐
 *	object ── map ── keys ──────┴── group: count, bytes, a representative
 */
#ifndef FINDOBJS_GROUP_H
#define FINDOBJS_GROUP_H

#include "jsheap/walk.h"

struct object_group {
	const char *constructor;       /* NULL: none can be told */
	const char *const *properties; /* nproperties names, in order of creation */
	size_t nproperties;
	uint64_t count, bytes;
	uint64_t elements;    /* indexed elements of the representative */
	jsval representative; /* the object at the lowest address */
};

struct object_groups {
	struct arena arena;
	const struct js_heap *heap;
	uint32_t isolate;            /* UINT32_MAX: all */
	struct object_group *groups; /* most objects first, then most bytes */
	size_t ngroups;
	struct map by_map;       /* map -> index plus 1 of the group of its objects */
	struct map by_keys;      /* map and key set -> the same, for dictionary maps */
	struct map boilerplates; /* their tagged words; left out of the counts */
	bool with_boilerplates;  /* they were counted */
	struct js_walk_stats stats;
	uint64_t unreadable; /* objects whose keys could not be read */
};

/* Group all objects of the heap (or of one isolate). `jobs`, `tick` and `tick_ctx` as in
 * js_walk_all. RC_OK, RC_NOMEM, or what tick returned. Free with object_groups_free. */
struct group_options {
	unsigned jobs;
	uint32_t isolate;
	bool with_boilerplates;
	enum rc (*tick)(void *ctx, size_t done, size_t total);
	void *tick_ctx;
};
MUST_USE enum rc object_groups_make(const struct js_heap *h, const struct group_options *options,
				    struct object_groups **groups);
void object_groups_free(struct object_groups *g);

/* The group an object belongs to, or NULL. */
const struct object_group *object_groups_of(const struct object_groups *g, jsval v);

/* The same while walking: the object's map is decoded already. */
const struct object_group *object_groups_of_walked(const struct object_groups *g,
						   const struct js_object *o);

#endif
