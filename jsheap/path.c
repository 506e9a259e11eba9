/*
 * path - see the header.
 */
#include "jsheap/path.h"

#include "jsheap/props.h"

#include <stdlib.h>
#include <string.h>

#define STEP_BYTES 1024
#define STEPS_MAX  1000

/* One step: a name, or an index. */
struct step {
	char name[STEP_BYTES];
	bool is_index;
	uint64_t index;
};

static bool quoted_step(const char **p, struct step *s)
{
	char quote = **p;
	size_t n = 0;

	for (++*p; **p != '\0' && **p != quote; ++*p) {
		if (**p == '\\' && (*p)[1] != '\0')
			++*p;
		if (n + 1 >= sizeof s->name)
			return false;
		s->name[n++] = **p;
	}
	if (**p != quote)
		return false;
	++*p;
	s->name[n] = '\0';
	return true;
}

static bool bracket_step(const char **p, struct step *s)
{
	char *end;

	++*p;
	if (**p == '"' || **p == '\'') {
		if (!quoted_step(p, s))
			return false;
	} else {
		s->index = strtoull(*p, &end, 10);
		s->is_index = end != *p;
		*p = end;
		if (!s->is_index)
			return false;
	}
	return *(*p)++ == ']';
}

static bool next_step(const char **p, struct step *s)
{
	s->is_index = false;
	if (**p == '[')
		return bracket_step(p, s);
	if (**p == '.')
		++*p;
	if (**p == '"' || **p == '\'')
		return quoted_step(p, s);
	size_t n = strcspn(*p, ".[");
	if (n == 0 || n >= sizeof s->name)
		return false;
	memcpy(s->name, *p, n);
	s->name[n] = '\0';
	*p += n;
	if (strspn(s->name, "0123456789") == n) {
		s->index = strtoull(s->name, NULL, 10);
		s->is_index = true;
	}
	return true;
}

struct find {
	uint64_t index;
	struct js_element found;
};

static enum rc match_element(void *ctx, const struct js_element *e)
{
	struct find *f = ctx;

	if (e->index != f->index)
		return RC_OK;
	f->found = *e;
	return RC_DONE;
}

static enum rc take_step(const struct js_heap *h, jsval v, const struct step *s, jsval *member,
			 struct why *why)
{
	struct js_property p;
	struct find f = {.index = s->index};

	if (s->is_index) {
		enum rc rc = js_elements(h, v, match_element, &f);
		if (rc != RC_DONE)
			return why_set(why, RC_DONE, v.bits, "no such element");
		if (f.found.tag == ELEMENT_DOUBLE)
			return why_set(why, RC_UNSUP, v.bits,
				       "the element is a number without an address");
		*member = f.found.tag == ELEMENT_HOLE ? h->root[R_the_hole] : f.found.value;
		return RC_OK;
	}
	if (js_property_named(h, v, s->name, &p) != RC_OK)
		return why_set(why, RC_DONE, v.bits, "no such property");
	if (p.accessor)
		return why_set(why, RC_UNSUP, v.bits, "the property is an accessor");
	if (p.is_double)
		return why_set(why, RC_UNSUP, v.bits,
			       "the property is a number without an address");
	*member = p.value;
	return RC_OK;
}

enum rc js_path(const struct js_heap *h, jsval v, const char *path, jsval *member, struct why *why)
{
	struct step s;

	for (unsigned steps = 0; *path != '\0'; steps++) {
		*member = v;
		if (steps == STEPS_MAX || !next_step(&path, &s))
			return why_set(why, RC_USAGE, v.bits, "the member path makes no sense");
		TRY(take_step(h, v, &s, &v, why));
	}
	*member = v;
	return RC_OK;
}
