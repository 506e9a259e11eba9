/*
 * selftest_roots - checks of roots, pages, stacks and code.
 */
#include "jsheap/code.h"
#include "jsheap/frames.h"
#include "jsheap/map.h"
#include "jsheap/selftest.h"
#include "jsheap/string.h"

#include <math.h>
#include <string.h>

#define FRAMES_MAX 2000

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

/* Roots are named after what they are. */
static void check_roots(const struct js_heap *h, struct selftest *t)
{
	const struct v8_layout *l = &h->layout;

	for (size_t i = 0; i < h->nroots; i++) {
		const char *name = h->root_names[i];
		jsval v = h->roots[i];
		uint16_t type;

		if (js_type_of(h, v, &type) != RC_OK)
			continue;
		if (ends_with(name, "_string")) {
			proof_count(t, V8_FirstNonstringType,
				    type < v8_value(l, V8_FirstNonstringType), v.bits,
				    "roots named ..._string are strings, ..._map are not");
			proof_count(t, V8_StringRepresentationMask,
				    (type & v8_value(l, V8_StringRepresentationMask)) == 0, v.bits,
				    "roots named ..._string are sequential");
			proof_count(t, V8_OneByteStringTag,
				    (type & v8_value(l, V8_OneByteStringTag)) != 0, v.bits,
				    "roots named ..._string are of one byte a character");
		} else if (ends_with(name, "_map") && js_is_map(h, v)) {
			proof_count(t, V8_FirstNonstringType,
				    type >= v8_value(l, V8_FirstNonstringType), v.bits,
				    "roots named ..._string are strings, ..._map are not");
			proof_count(t, V8_Map_instance_type, type == h->map_type, v.bits,
				    "roots named ..._map are of the type of the meta map");
		}
	}
}

static void check_numbers(const struct js_heap *h, struct selftest *t)
{
	for (size_t i = 0; i < h->nroots; i++) {
		uint64_t bits;
		double d;
		bool nan = strcmp(h->root_names[i], "nan_value") == 0,
		     infinite = strcmp(h->root_names[i], "infinity_value") == 0;

		if ((!nan && !infinite) || !js_is(h, h->roots[i], T_HEAP_NUMBER) ||
		    js_word(h, h->roots[i], v8_value(&h->layout, V8_HeapNumber_value), &bits) !=
			    RC_OK)
			continue;
		memcpy(&d, &bits, sizeof d);
		proof_count(t, V8_HeapNumber_value, nan ? isnan(d) : isinf(d) && d > 0,
			    h->roots[i].bits, "the roots for NaN and Infinity are");
	}
}

/* A page of the young generation is in one of its halves, others in none. */
static void check_pages(const struct js_heap *h, struct selftest *t)
{
	uint64_t from = (uint64_t)v8_value(&h->layout, V8_page_from_flag),
		 to = (uint64_t)v8_value(&h->layout, V8_page_to_flag);

	for (size_t i = 0; i < h->npages; i++) {
		const struct js_page *p = &h->pages[i];
		if (p->space == NULL || strcmp(p->space, "SemiSpace") != 0)
			continue;
		bool one = ((p->flags & from) != 0) != ((p->flags & to) != 0);
		proof_count(t, V8_page_from_flag, one, p->base,
			    "young pages are in one of two halves");
		proof_count(t, V8_page_to_flag, one, p->base,
			    "young pages are in one of two halves");
	}
}

/* The walk of all pages: sizes lead from each object to the next. */
static void check_walk(const struct js_heap *h, struct selftest *t)
{
	static const char how[] = "each object's size leads to the next object";
	struct proof *p = &t->proofs[V8_Map_instance_size_in_words];

	(void)h;
	p->how = how;
	p->good = t->stats.objects;
	p->bad = t->stats.missteps;
	if (t->proofs[V8_String_length].how == NULL) {
		t->proofs[V8_String_length] = *p;
	}
}

static void check_frames(const struct js_heap *h, struct selftest *t)
{
	for (size_t i = 0; i < h->target->nthreads; i++) {
		struct js_stack stack;

		if (js_stack_load(h->target, h, &h->target->threads[i], FRAMES_MAX, &stack) !=
		    RC_OK)
			continue;
		for (size_t k = 0; k < stack.n; k++) {
			const struct js_frame *f = &stack.frames[k];
			if (f->kind == FRAME_JS || f->kind == FRAME_BUILTIN) {
				proof_count(t, V8_frame_function, true, f->fp,
					    "JavaScript frames have a function there");
				proof_count(t, V8_frame_context_or_type, true, f->fp,
					    "JavaScript frames have a context there");
			} else if (f->kind == FRAME_EXIT) {
				proof_count(t, V8_frame_type_Exit, true, f->fp,
					    "frames between JavaScript and C++ have the marker");
			}
			if (f->kind == FRAME_ENTRY)
				proof_count(t, V8_frame_type_Entry, true, f->fp,
					    "frames between C++ and JavaScript have the marker");
		}
		js_stack_free(&stack);
	}
}

/* Builtins are known by the isolate's table: all are of one kind, and their code is where symbols or
 * mappings of code say. */
static enum rc check_code(const struct js_heap *h, struct selftest *t)
{
	const struct v8_layout *l = &h->layout;
	struct js_codes cs;
	int kind = -1;
	enum rc rc = js_codes_load(h, NULL, NULL, &cs);

	if (rc != RC_OK)
		return rc == RC_UNSUP ? RC_OK : rc;
	for (size_t i = 0; i < cs.n; i++) {
		const struct js_code *c = &cs.codes[i];
		const struct segment *s = mem_segment(h->mem, c->start);
		bool there = s != NULL && c->size < 1u << 24;

		if (v8_has(l, V8_Code_instruction_start))
			proof_count(t, V8_Code_instruction_start, there, c->v.bits,
				    "machine code is in memory");
		proof_count(t, V8_Code_instruction_size, there, c->v.bits,
			    "machine code is shorter than 16 MiB");
		if (c->builtin < 0 || c->kind <= 0)
			continue;
		kind = kind < 0 ? c->kind : kind;
		if (v8_has(l, V8_Code_flags))
			proof_count(t, V8_Code_flags, c->kind == kind, c->v.bits,
				    "builtins are of one kind");
		proof_count(t, V8_code_kind_mask, c->kind == kind, c->v.bits,
			    "builtins are of one kind");
	}
	js_codes_free(&cs);
	return RC_OK;
}

enum rc selftest_roots(const struct js_heap *h, struct selftest *t)
{
	check_roots(h, t);
	check_numbers(h, t);
	check_pages(h, t);
	check_walk(h, t);
	check_frames(h, t);
	return check_code(h, t);
}
