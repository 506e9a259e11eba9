/*
 * duck - decodes one object of each map and finds the group with the same names.
 */
#include "findobjs/duck.h"

#include "base/str.h"
#include "jsheap/names.h"
#include "jsheap/props.h"

#include <string.h>

struct names {
	const struct js_heap *heap;
	struct arena *arena;
	struct map *key_names;
	VEC(const char *) list;
	struct str text;
	bool failed;        /* memory is out */
	bool native_hidden; /* leave out V8's own accessors: length of arrays, name of functions ...
			     */
};

/* The name of a key, decoded once; NULL for those that only V8 uses, and when memory is out. */
static const char *name_of_key(struct names *n, jsval key)
{
	const uint64_t *known = map_get(n->key_names, key.bits);
	struct str text = STR_INIT;
	const char *name = NULL;

	if (known != NULL)
		return *known != 1 ? (const char *)(uintptr_t)*known : NULL;
	if (!js_key_internal(n->heap, key)) {
		if (js_key_put(n->heap, key, &text) != RC_OK)
			str_puts(&text, "?");
		name = arena_strndup(n->arena, str_text(&text), text.n);
		n->failed |= name == NULL || text.failed;
		str_free(&text);
	}
	if (key.bits != 0)
		n->failed |= map_put(n->key_names, key.bits, name != NULL ? (uintptr_t)name : 1) !=
			     RC_OK;
	return name;
}

static enum rc add_name(void *ctx, const struct js_property *p)
{
	struct names *n = ctx;
	const char *name = name_of_key(n, p->key);

	if (n->failed)
		return RC_NOMEM;
	if (name == NULL ||
	    (n->native_hidden && p->accessor && js_is(n->heap, p->value, T_ACCESSOR_INFO)))
		return RC_OK;
	str_puts(&n->text, name);
	str_putc(&n->text, '\1');
	return vec_push(&n->list, name);
}

static uint64_t hash_text(const char *s, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	return h != 0 ? h : 1;
}

static enum rc add_group(struct duck_table *d, jsval object, const struct js_map *m,
			 const char *constructor, struct names *n, uint64_t hash, size_t *group)
{
	const char **list = arena_array(d->arena, n->list.n, sizeof *list);
	char *text = malloc(n->text.n + 1);
	const uint64_t *first = map_get(&d->by_text, hash);

	if (list == NULL || text == NULL) {
		free(text);
		return RC_NOMEM;
	}
	if (n->list.n != 0)
		memcpy(list, n->list.at, n->list.n * sizeof *list);
	memcpy(text, str_text(&n->text), n->text.n + 1);
	enum rc rc = vec_push(&d->texts, text);
	if (rc != RC_OK) {
		free(text);
		return rc;
	}
	TRY(vec_push(&d->next, first != NULL ? (size_t)*first : 0));
	TRY(vec_push(&d->groups,
		     (struct object_group){.constructor = constructor,
					   .properties = list,
					   .nproperties = n->list.n,
					   .elements = js_element_count(d->heap, object, m)}));
	*group = d->groups.n - 1;
	return map_put(&d->by_text, hash, d->groups.n);
}

static enum rc find(struct duck_table *d, jsval object, const struct js_map *m, struct names *n,
		    size_t *group)
{
	const char *constructor = js_constructor_name(d->heap, object, d->arena);

	str_puts(&n->text, constructor != NULL ? constructor : "\2");
	str_putc(&n->text, '\1');
	enum rc rc = js_properties(d->heap, object, add_name, n);
	if (rc == RC_NOMEM || n->text.failed)
		return RC_NOMEM; /* what else failed shows as a shorter list */
	uint64_t hash = hash_text(n->text.s, n->text.n);
	const uint64_t *first = map_get(&d->by_text, hash);
	for (size_t i = first != NULL ? (size_t)*first : 0; i != 0; i = d->next.at[i - 1])
		if (strcmp(d->texts.at[i - 1], n->text.s) == 0) {
			*group = i - 1;
			return RC_OK;
		}
	return add_group(d, object, m, constructor, n, hash, group);
}

enum rc duck_find(struct duck_table *d, jsval object, size_t *group)
{
	struct names n = {.heap = d->heap, .arena = d->arena, .key_names = &d->key_names};
	struct js_map m = {0};
	jsval map;

	if (js_map_of(d->heap, object, &map) == RC_OK && js_map_load(d->heap, map, &m) == RC_OK)
		n.native_hidden = (m.classes & CLASS_FUNCTION) != 0 ||
				  type_is(&d->heap->types, m.type, T_JS_BOUND_FUNCTION) ||
				  type_is(&d->heap->types, m.type, T_JS_ARRAY);
	enum rc rc = find(d, object, &m, &n, group);
	vec_free(&n.list);
	str_free(&n.text);
	return rc;
}

struct order {
	const struct object_group *group;
	size_t old;
};

static int most_first(const void *a, const void *b)
{
	const struct object_group *x = ((const struct order *)a)->group,
				  *y = ((const struct order *)b)->group;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	/* Addresses differ from run to run: names decide first. */
	int order = strcmp(x->constructor != NULL ? x->constructor : "",
			   y->constructor != NULL ? y->constructor : "");
	for (size_t i = 0; order == 0 && i < x->nproperties && i < y->nproperties; i++)
		order = strcmp(x->properties[i], y->properties[i]);
	if (order != 0)
		return order;
	return x->representative.bits < y->representative.bits ? -1 : 1;
}

static void renumber(struct map *index, const size_t *to)
{
	for (size_t i = 0; index->at != NULL && i <= index->mask; i++)
		if (index->at[i].key != 0)
			index->at[i].value = to[index->at[i].value - 1] + 1;
}

enum rc duck_finish(struct duck_table *d, struct object_groups *g)
{
	size_t n = d->groups.n;
	struct order *order = calloc(n + 1, sizeof *order);
	size_t *to = calloc(n + 1, sizeof *to);
	enum rc rc = RC_NOMEM;

	g->groups = arena_array(&g->arena, n, sizeof *g->groups);
	if (order != NULL && to != NULL && g->groups != NULL) {
		for (size_t i = 0; i < n; i++)
			order[i] = (struct order){&d->groups.at[i], i};
		qsort(order, n, sizeof *order, most_first);
		for (size_t i = 0; i < n; i++) {
			g->groups[i] = *order[i].group;
			to[order[i].old] = i;
		}
		g->ngroups = n;
		renumber(&g->by_map, to);
		renumber(&g->by_keys, to);
		rc = RC_OK;
	}
	free(order);
	free(to);
	return rc;
}

void duck_table_free(struct duck_table *d)
{
	for (size_t i = 0; i < d->texts.n; i++)
		free(d->texts.at[i]);
	vec_free(&d->texts);
	vec_free(&d->next);
	vec_free(&d->groups);
	map_free(&d->by_text);
	map_free(&d->key_names);
}
