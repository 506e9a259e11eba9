/*
 * string - walks the pieces of a string from left to right.
 *
 *	cons:   first + second        sliced: parent[offset .. offset + length)
 *	thin:   actual                external: bytes outside the heap
 *
 * Pieces wait on a stack of our own, since a string built by a million additions is a million deep.
 * That it ends: both halves of a cons are shorter than the whole, and where they are not (V8 leaves
 * an empty second half when it flattens), as behind sliced and thin strings, no cons follows.
 *
 * Source: src/objects/string.h.
 */
#include "jsheap/string.h"

#include "base/vec.h"

#include <string.h>

#define STEPS_MAX   8000000
#define CHUNK_BYTES 4096
#define NAME_UNITS  1000

/* What may follow: anything; characters, or a thin string in front of them; only characters. */
enum follow { FOLLOW_ANY, FOLLOW_THIN, FOLLOW_FLAT };

#define ANY_LENGTH UINT32_MAX

/* Units [from, to) of a string. */
struct piece {
	jsval s;
	uint32_t from, to;
	uint32_t length; /* that the string must have */
	enum follow follow;
};

enum rc js_string_load(const struct js_heap *h, jsval v, struct js_string *s)
{
	const struct v8_layout *l = &h->layout;
	uint16_t type;

	TRY(js_type_of(h, v, &type));
	if ((type_classes(&h->types, type) & CLASS_STRING) == 0)
		return RC_BAD;
	*s = (struct js_string){.v = v};
	int64_t rep = type & v8_value(l, V8_StringRepresentationMask);
	if (rep == v8_value(l, V8_ConsStringTag))
		s->kind = STRING_CONS;
	else if (rep == v8_value(l, V8_ExternalStringTag))
		s->kind = STRING_EXTERNAL;
	else if (rep == v8_value(l, V8_SlicedStringTag))
		s->kind = STRING_SLICED;
	else if (rep == v8_value(l, V8_ThinStringTag))
		s->kind = STRING_THIN;
	else if (rep == 0)
		s->kind = STRING_SEQ;
	else
		return RC_BAD;
	s->one_byte = (type & v8_value(l, V8_OneByteStringTag)) != 0;
	TRY(js_word32(h, v, v8_value(l, V8_String_length), &s->length));
	return s->length <= INT32_MAX ? RC_OK : RC_BAD;
}

bool js_is_string(const struct js_heap *h, jsval v)
{
	return (js_classes(h, v) & CLASS_STRING) != 0;
}

struct reader {
	const struct js_heap *h;
	VEC(struct piece) stack;
	js_units_fn *fn;
	void *ctx;
	bool stopped;
};

static enum rc give_flat(struct reader *r, const struct js_string *s, addr_t chars,
			 const struct piece *p)
{
	unsigned width = s->one_byte ? 1 : 2;
	uint16_t chunk[CHUNK_BYTES / 2];

	for (uint64_t i = p->from; i < p->to && !r->stopped;) {
		uint64_t n = CHUNK_BYTES / width;
		if (n > p->to - i)
			n = p->to - i;
		TRY(mem_read(r->h->mem, chars + i * width, chunk, n * width));
		r->stopped = !r->fn(r->ctx, chunk, n, s->one_byte);
		i += n;
	}
	return RC_OK;
}

static enum rc push_cons(struct reader *r, const struct js_string *s, const struct piece *p)
{
	jsval first, second;
	struct js_string left;

	TRY(js_field(r->h, s->v, v8_value(&r->h->layout, V8_ConsString_first), &first));
	TRY(js_field(r->h, s->v, v8_value(&r->h->layout, V8_ConsString_second), &second));
	TRY(js_string_load(r->h, first, &left));
	if (left.length > s->length)
		return RC_BAD;
	uint32_t cut = left.length, rest = s->length - cut;
	enum follow follow = cut == 0 || rest == 0 ? FOLLOW_THIN : FOLLOW_ANY;
	if (p->to > cut)
		TRY(vec_push(&r->stack, (struct piece){second, p->from > cut ? p->from - cut : 0,
						       p->to - cut, rest, follow}));
	if (p->from < cut)
		TRY(vec_push(&r->stack, (struct piece){first, p->from, p->to < cut ? p->to : cut,
						       cut, follow}));
	return RC_OK;
}

static enum rc push_sliced(struct reader *r, const struct js_string *s, const struct piece *p)
{
	jsval parent, offset;

	TRY(js_field(r->h, s->v, v8_value(&r->h->layout, V8_SlicedString_parent), &parent));
	TRY(js_field(r->h, s->v, v8_value(&r->h->layout, V8_SlicedString_offset), &offset));
	uint64_t from = (uint64_t)(uint32_t)jsval_smi(offset) + p->from;
	uint64_t to = (uint64_t)(uint32_t)jsval_smi(offset) + p->to;
	if (to > INT32_MAX)
		return RC_BAD;
	return vec_push(&r->stack, (struct piece){parent, (uint32_t)from, (uint32_t)to, ANY_LENGTH,
						  FOLLOW_THIN});
}

static enum rc give_external(struct reader *r, const struct js_string *s, const struct piece *p)
{
	uint16_t type;
	uint64_t data;

	TRY(js_type_of(r->h, s->v, &type));
	if ((type & v8_value(&r->h->layout, V8_UncachedStringBit)) != 0)
		return RC_UNSUP; /* only the embedder's code can find the characters */
	TRY(js_word(r->h, s->v, v8_value(&r->h->layout, V8_ExternalString_resource_data), &data));
	return give_flat(r, s, data, p);
}

static enum rc give_sequential(struct reader *r, const struct js_string *s, const struct piece *p)
{
	uint64_t header = (uint64_t)v8_value(&r->h->layout, V8_SeqString_chars);

	if (!js_fits(r->h, s->v, header + (uint64_t)s->length * (s->one_byte ? 1 : 2)))
		return RC_BAD;
	return give_flat(r, s, jsval_addr(s->v) + header, p);
}

static bool may_follow(enum follow follow, enum string_kind kind)
{
	return follow == FOLLOW_ANY || kind == STRING_SEQ || kind == STRING_EXTERNAL ||
	       (follow == FOLLOW_THIN && kind == STRING_THIN);
}

static enum rc step(struct reader *r, const struct piece *p)
{
	struct js_string s;
	jsval actual;

	TRY(js_string_load(r->h, p->s, &s));
	if (p->to > s.length || (p->length != ANY_LENGTH && p->length != s.length) ||
	    !may_follow(p->follow, s.kind))
		return RC_BAD;
	switch (s.kind) {
	case STRING_SEQ:
		return give_sequential(r, &s, p);
	case STRING_CONS:
		return push_cons(r, &s, p);
	case STRING_SLICED:
		return push_sliced(r, &s, p);
	case STRING_THIN:
		TRY(js_field(r->h, s.v, v8_value(&r->h->layout, V8_ThinString_actual), &actual));
		return vec_push(&r->stack,
				(struct piece){actual, p->from, p->to, s.length, FOLLOW_FLAT});
	case STRING_EXTERNAL:
		return give_external(r, &s, p);
	}
	return RC_BAD;
}

enum rc js_string_units(const struct js_heap *h, jsval v, uint64_t limit, js_units_fn *fn,
			void *ctx)
{
	struct reader r = {.h = h, .fn = fn, .ctx = ctx};
	struct js_string s;
	enum rc rc;

	TRY(js_string_load(h, v, &s));
	rc = vec_push(&r.stack, (struct piece){v, 0, s.length < limit ? s.length : (uint32_t)limit,
					       ANY_LENGTH, FOLLOW_ANY});
	for (uint64_t steps = 0; rc == RC_OK && r.stack.n != 0 && !r.stopped; steps++) {
		struct piece p = r.stack.at[--r.stack.n];
		rc = steps < STEPS_MAX ? step(&r, &p) : RC_LIMIT;
	}
	vec_free(&r.stack);
	return rc != RC_OK ? rc : s.length > limit ? RC_LIMIT : RC_OK;
}

/* Joins surrogate pairs, also across pieces. */
struct utf8_writer {
	struct str *out;
	uint64_t skip; /* units to pass over first */
	uint32_t high; /* a high surrogate that waits for its other half; 0: none */
};

static void put_unit(struct utf8_writer *w, uint32_t u)
{
	if (w->high != 0) {
		if ((u & 0xfc00) == 0xdc00) {
			str_put_codepoint(w->out,
					  0x10000 + ((w->high & 0x3ff) << 10 | (u & 0x3ff)));
			w->high = 0;
			return;
		}
		str_put_codepoint(w->out, w->high);
		w->high = 0;
	}
	if ((u & 0xfc00) == 0xd800)
		w->high = u;
	else
		str_put_codepoint(w->out, u);
}

static bool put_units(void *ctx, const void *units, size_t n, bool one_byte)
{
	struct utf8_writer *w = ctx;
	const uint8_t *bytes = units;
	const uint16_t *wide = units;
	size_t skipped = w->skip < n ? (size_t)w->skip : n;

	w->skip -= skipped;
	for (size_t i = skipped; i < n; i++)
		put_unit(w, one_byte ? bytes[i] : wide[i]);
	return !w->out->failed;
}

static enum rc put_from(const struct js_heap *h, jsval v, uint64_t skip, uint64_t limit,
			struct str *out)
{
	struct utf8_writer w = {.out = out, .skip = skip};
	enum rc rc = js_string_units(h, v, limit, put_units, &w);

	if (w.high != 0)
		str_put_codepoint(out, w.high);
	return out->failed ? RC_NOMEM : rc;
}

enum rc js_string_put(const struct js_heap *h, jsval v, uint64_t limit, struct str *out)
{
	return put_from(h, v, 0, limit, out);
}

enum rc js_string_part(const struct js_heap *h, jsval v, uint32_t start, uint32_t end,
		       struct str *out)
{
	enum rc rc = put_from(h, v, start, end, out);

	return rc == RC_LIMIT ? RC_OK : rc; /* more follows behind the part */
}

const char *js_string_name(const struct js_heap *h, jsval v, struct arena *a)
{
	struct str text = STR_INIT;
	enum rc rc = js_string_put(h, v, NAME_UNITS, &text);
	const char *name = NULL;

	if (rc == RC_OK || rc == RC_LIMIT)
		name = arena_strndup(a, str_text(&text), text.n);
	str_free(&text);
	return name;
}

struct compare {
	const char *rest;
	bool equal;
};

static bool compare_units(void *ctx, const void *units, size_t n, bool one_byte)
{
	struct compare *c = ctx;
	const uint8_t *bytes = units;
	const uint16_t *wide = units;

	for (size_t i = 0; i < n && c->equal; i++, c->rest++)
		c->equal = *c->rest != '\0' &&
			   (unsigned char)*c->rest == (one_byte ? bytes[i] : wide[i]);
	return c->equal;
}

bool js_string_is(const struct js_heap *h, jsval v, const char *text)
{
	struct compare c = {text, true};
	enum rc rc = js_string_units(h, v, strlen(text) + 1, compare_units, &c);

	return rc == RC_OK && c.equal && *c.rest == '\0';
}
