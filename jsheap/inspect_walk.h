/*
 * inspect_walk - what the files that walk through values share.
 *
 *	inspect.c          any value: primitives, objects, arrays, collections; depth, circles, limits
 *	inspect_leaf.c     values that facts describe: functions, dates, regular expressions, bytes ...
 *	inspect_special.c  objects with something inside: promises, generators, iterators, errors ...
 */
#ifndef JSHEAP_INSPECT_WALK_H
#define JSHEAP_INSPECT_WALK_H

#include "base/arena.h"
#include "jsheap/inspect.h"
#include "jsheap/props.h"

#define INSPECT_DEPTH_MAX 200

struct inspect {
	const struct js_heap *h;
	const struct inspect_options *o;
	struct emitter *e;
	struct arena arena; /* names, until the end */
	uint64_t values;
	uint64_t path[INSPECT_DEPTH_MAX + 1]; /* objects that are open */
	unsigned level;
	bool shallow; /* the value that is shown lies beyond the depth: its facts only */
};

/* Any value. RC_OK, RC_NOMEM; so all that follow. */
MUST_USE enum rc inspect_value(struct inspect *in, jsval v);

/* A value that is told by facts alone. */
void inspect_leaf(struct inspect *in, const char *kind, const char *text, const struct fact *facts,
		  size_t n);
void inspect_unreadable(struct inspect *in, enum rc rc);
void inspect_number(struct inspect *in, double d);
MUST_USE enum rc inspect_string(struct inspect *in, jsval v);

/* A member with this name. Nothing where the value lies beyond the depth. */
MUST_USE enum rc inspect_member(struct inspect *in, const char *name, jsval v);
MUST_USE enum rc inspect_member_field(struct inspect *in, const char *name, jsval holder,
				      enum v8_field field);
void inspect_key(struct inspect *in, const char *name);

/* What `stack` of an error, or of an object given to Error.captureStackTrace, returns: as a member.
 * RC_DONE when there is none. */
MUST_USE enum rc inspect_stack(struct inspect *in, jsval v);

/* Properties of an object that are not shown. */
enum {
	HIDE_NATIVES = 1, /* V8's own accessors */
	HIDE_UNENUMERABLE = 2,
	HIDE_NAME = 4 /* `name`, where the value's own text has it */
};

/* The object's own properties and elements as further members, grouped under "properties"; nothing
 * when there are none. */
MUST_USE enum rc inspect_extras(struct inspect *in, jsval v, unsigned hide);
/* True when inspect_extras would show something. */
bool inspect_has_extras(struct inspect *in, jsval v, unsigned hide);
/* The same as plain members of what is open. */
MUST_USE enum rc inspect_properties(struct inspect *in, jsval v, unsigned hide);

/* One member of an object at a time: key, then value, until the limit. */
struct members {
	struct inspect *in;
	jsval holder; /* of properties */
	uint64_t given, skipped;
	bool array;    /* positions matter: holes are shown, names are not */
	uint64_t next; /* array: index that comes next */
	unsigned hide;
	bool count_only;
};

/* Room for one more? Counts it either way. */
bool members_room(struct members *m);
/* Say what did not fit, and why the pass ended when `rc` is an error. */
MUST_USE enum rc members_finish(struct members *m, enum rc rc);
/* An element of an array, or an indexed member of an object; a js_element_fn. */
MUST_USE enum rc members_element(void *members, const struct js_element *e);
/* Indexes without elements up to `to`. */
void members_holes(struct members *m, uint64_t to);

/* How a kind of value is shown. Those without `open` have facts, which are shown at any depth. */
struct inspect_kind {
	const char *kind;
	enum rc (*show)(struct inspect *in, jsval v);
	bool open;
};
extern const struct inspect_kind inspect_leaf_kinds[], inspect_special_kinds[];

#endif
