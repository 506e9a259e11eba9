/*
 * ordered - see the header.
 */
#include "jsheap/ordered.h"

#include "jsheap/props.h"

#define ENTRIES_MAX    (1u << 26)
#define SUCCESSORS_MAX 1000
#define HEAD_WORDS     3
#define CLEARED        (-1)

static enum rc head(const struct js_heap *h, jsval table, int i, jsval *v)
{
	return js_field(h, table, v8_value(&h->layout, V8_FixedArray_data) + 8 * (int64_t)i, v);
}

static enum rc table_length(const struct js_heap *h, jsval table, int64_t *n)
{
	jsval length;

	if (!jsval_is_pointer(table) || js_page_at(h, table.bits) == NULL)
		return RC_BAD;
	TRY(js_field(h, table, v8_value(&h->layout, V8_FixedArray_length), &length));
	*n = jsval_smi(length);
	if (!jsval_is_smi(length) || *n < HEAD_WORDS ||
	    !js_fits(h, table,
		     (uint64_t)v8_value(&h->layout, V8_FixedArray_data) + 8 * (uint64_t)*n))
		return RC_BAD;
	return RC_OK;
}

enum rc js_ordered_load(const struct js_heap *h, jsval table, bool map, struct js_ordered *t)
{
	jsval elements, deleted, buckets;
	int64_t length;

	*t = (struct js_ordered){.table = table, .words = map ? 3 : 2};
	TRY(table_length(h, table, &length));
	TRY(head(h, table, 0, &elements));
	TRY(head(h, table, 1, &deleted));
	TRY(head(h, table, 2, &buckets));
	if (!jsval_is_smi(elements) || !jsval_is_smi(deleted) || !jsval_is_smi(buckets))
		return RC_BAD;
	int64_t n = jsval_smi(elements), d = jsval_smi(deleted), b = jsval_smi(buckets);
	if (n < 0 || d < 0 || b < 0 || n + d > ENTRIES_MAX || b > ENTRIES_MAX ||
	    HEAD_WORDS + b + (n + d) * t->words > length)
		return RC_BAD;
	t->elements = (uint32_t)n;
	t->used = (uint32_t)(n + d);
	t->first = v8_value(&h->layout, V8_FixedArray_data) + 8 * (HEAD_WORDS + b);
	return RC_OK;
}

enum rc js_ordered_entries(const struct js_heap *h, const struct js_ordered *t, uint32_t from,
			   js_entry_fn *fn, void *ctx)
{
	for (uint32_t i = from; i < t->used; i++) {
		int64_t at = t->first + 8 * (int64_t)i * t->words;
		jsval key, value = h->root[R_undefined];

		TRY(js_field(h, t->table, at, &key));
		if (js_is_hole(h, key))
			continue;
		if (t->words == 3)
			TRY(js_field(h, t->table, at + 8, &value));
		TRY(fn(ctx, key, value));
	}
	return RC_OK;
}

/* Entries in front of the iterator that the next table does not have any more. */
static enum rc shift_index(const struct js_heap *h, jsval table, int64_t length, uint32_t *index)
{
	jsval deleted, hole;
	uint32_t before = 0;

	TRY(head(h, table, 1, &deleted));
	if (!jsval_is_smi(deleted))
		return RC_BAD;
	if (jsval_smi(deleted) == CLEARED) {
		*index = 0;
		return RC_OK;
	}
	for (int i = 0; i < jsval_smi(deleted) && HEAD_WORDS + i < length; i++) {
		TRY(head(h, table, HEAD_WORDS + i, &hole));
		if (!jsval_is_smi(hole) || (uint32_t)jsval_smi(hole) >= *index)
			break;
		before++;
	}
	*index -= before;
	return RC_OK;
}

enum rc js_ordered_current(const struct js_heap *h, jsval *table, uint32_t *index)
{
	for (int steps = 0; steps < SUCCESSORS_MAX; steps++) {
		int64_t length;
		jsval next;

		TRY(table_length(h, *table, &length));
		TRY(head(h, *table, 0, &next));
		if (jsval_is_smi(next))
			return RC_OK;
		TRY(shift_index(h, *table, length, index));
		*table = next;
	}
	return RC_LIMIT;
}
