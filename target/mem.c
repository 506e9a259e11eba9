/*
 * mem - flattening segments by rank, and reading through them.
 *
 * mem_seal sweeps over the addresses from low to high with a heap of the segments that cover the
 * present one, the strongest on top: n log n whatever the overlaps, and at most 2n - 1 pieces come
 * out. Reading bisects the pieces; nothing is cached, so that threads may read side by side.
 */
#include "target/mem.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES 4096u

enum rc mem_add(struct mem *m, const struct segment *s)
{
	if (s->end <= s->start)
		return RC_OK;
	TRY(vec_push(&m->segments, *s));
	m->sealed = false;
	return RC_OK;
}

void mem_free(struct mem *m)
{
	vec_free(&m->segments);
	m->sealed = false;
}

/* One mem_seal: `order` lists the segments by start, `heap` holds those that the sweep is in. */
struct sweep {
	const struct segment *in;
	size_t n;
	size_t *order;
	size_t *heap;
	size_t heap_n;
	struct segment *out;
	size_t out_n;
	size_t last; /* the segment that the newest piece was cut from */
};

static int compare_start(const void *pa, const void *pb, void *ctx)
{
	const struct segment *in = ctx;
	size_t a = *(const size_t *)pa, b = *(const size_t *)pb;

	if (in[a].start != in[b].start)
		return in[a].start < in[b].start ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* Does segment `a` hide segment `b`? Among equals the one added later does. */
static bool stronger(const struct sweep *w, size_t a, size_t b)
{
	if (w->in[a].rank != w->in[b].rank)
		return w->in[a].rank > w->in[b].rank;
	return a > b;
}

static void heap_push(struct sweep *w, size_t segment)
{
	size_t i = w->heap_n++;

	while (i > 0 && stronger(w, segment, w->heap[(i - 1) / 2])) {
		w->heap[i] = w->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	w->heap[i] = segment;
}

static void heap_pop(struct sweep *w)
{
	size_t moved = w->heap[--w->heap_n];
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= w->heap_n)
			break;
		if (child + 1 < w->heap_n && stronger(w, w->heap[child + 1], w->heap[child]))
			child++;
		if (!stronger(w, w->heap[child], moved))
			break;
		w->heap[i] = w->heap[child];
		i = child;
	}
	w->heap[i] = moved;
}

/* Can `b`, which begins where `a` ends, be the same piece? */
static bool joins(const struct segment *a, const struct segment *b)
{
	if (a->end != b->start || a->rank != b->rank || a->prot != b->prot)
		return false;
	if (a->data != NULL)
		return a->data + (a->end - a->start) == b->data;
	return b->data == NULL && a->read == b->read && a->ctx == b->ctx;
}

/* Put [from, to) of a segment out. */
static void emit(struct sweep *w, size_t segment, addr_t from, addr_t to)
{
	struct segment piece = w->in[segment];
	struct segment *newest = w->out_n != 0 ? &w->out[w->out_n - 1] : NULL;

	if (newest != NULL && w->last == segment && newest->end == from) {
		newest->end = to;
		return;
	}
	if (piece.data != NULL)
		piece.data += from - piece.start;
	piece.start = from;
	piece.end = to;
	w->last = segment;
	if (newest != NULL && joins(newest, &piece))
		newest->end = to;
	else
		w->out[w->out_n++] = piece;
}

static void sweep(struct sweep *w)
{
	addr_t at = 0;
	size_t next = 0;

	for (;;) {
		while (w->heap_n != 0 && w->in[w->heap[0]].end <= at)
			heap_pop(w);
		if (w->heap_n == 0) {
			if (next == w->n)
				return;
			at = w->in[w->order[next]].start;
		}
		while (next < w->n && w->in[w->order[next]].start <= at)
			heap_push(w, w->order[next++]);
		size_t top = w->heap[0];
		addr_t to = w->in[top].end;
		if (next < w->n && w->in[w->order[next]].start < to)
			to = w->in[w->order[next]].start;
		if (to > at)
			emit(w, top, at, to);
		at = to;
	}
}

enum rc mem_seal(struct mem *m)
{
	size_t n = m->segments.n;
	struct sweep w = {.in = m->segments.at, .n = n};

	if (n == 0 || m->sealed) {
		m->sealed = true;
		return RC_OK;
	}
	w.order = calloc(n, sizeof *w.order);
	w.heap = calloc(n, sizeof *w.heap);
	w.out = calloc(n, 2 * sizeof *w.out);
	if (w.order == NULL || w.heap == NULL || w.out == NULL) {
		free(w.order);
		free(w.heap);
		free(w.out);
		return RC_NOMEM;
	}
	for (size_t i = 0; i < n; i++)
		w.order[i] = i;
	qsort_r(w.order, n, sizeof *w.order, compare_start, m->segments.at);
	sweep(&w);
	free(w.order);
	free(w.heap);
	free(m->segments.at);
	struct segment *fit = reallocarray(w.out, w.out_n, sizeof *w.out);
	m->segments.at = fit != NULL ? fit : w.out;
	m->segments.n = m->segments.cap = w.out_n;
	m->sealed = true;
	return RC_OK;
}

const struct segment *mem_segment(const struct mem *m, addr_t addr)
{
	const struct segment *at = m->segments.at;
	size_t n = m->sealed ? m->segments.n : 0;

	if (n == 0)
		return NULL;
	/* The last segment that starts at or before addr, without branches that mispredict. */
	while (n > 1) {
		size_t half = n / 2;

		at = at[half].start <= addr ? at + half : at;
		n -= half;
	}
	return at->start <= addr && addr < at->end ? at : NULL;
}

/* The segment behind `s` when it begins where `s` ends, else NULL. */
static const struct segment *neighbour(const struct mem *m, const struct segment *s)
{
	const struct segment *next = s + 1;

	return next < m->segments.at + m->segments.n && next->start == s->end ? next : NULL;
}

static enum rc segment_copy(const struct segment *s, addr_t addr, void *buf, size_t len)
{
	if (s->data != NULL)
		memcpy(buf, s->data + (addr - s->start), len);
	else if (s->read != NULL)
		return s->read(s->ctx, addr, buf, len);
	else
		return RC_NOTSAVED;
	return RC_OK;
}

/* RC_OK when each byte of [addr, addr + len) lies in a segment that has bytes; len is not 0. */
static enum rc check_range(const struct mem *m, addr_t addr, size_t len)
{
	const struct segment *s = mem_segment(m, addr);

	for (;;) {
		if (s == NULL)
			return RC_FAULT;
		if (s->data == NULL && s->read == NULL)
			return RC_NOTSAVED;
		if (len <= s->end - addr)
			return RC_OK;
		len -= s->end - addr;
		addr = s->end;
		s = neighbour(m, s);
	}
}

enum rc mem_read(const struct mem *m, addr_t addr, void *buf, size_t len)
{
	const struct segment *s = mem_segment(m, addr);

	if (len == 0)
		return RC_OK;
	if (s != NULL && s->data != NULL && len <= s->end - addr) {
		memcpy(buf, s->data + (addr - s->start), len);
		return RC_OK;
	}
	TRY(check_range(m, addr, len));
	for (uint8_t *to = buf; s != NULL && len != 0; s = neighbour(m, s)) {
		size_t part = len < s->end - addr ? len : s->end - addr;

		TRY(segment_copy(s, addr, to, part));
		to += part;
		addr += part;
		len -= part;
	}
	return RC_OK;
}

/* As much as a segment's own `read` gives from the start of a range: whole, else page by page. */
static size_t peek_pages(const struct segment *s, addr_t addr, uint8_t *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		size_t part = PAGE_BYTES - (addr + done) % PAGE_BYTES;

		if (part > len - done)
			part = len - done;
		if (segment_copy(s, addr + done, buf + done, part) != RC_OK)
			break;
		done += part;
	}
	return done;
}

size_t mem_peek(const struct mem *m, addr_t addr, void *buf, size_t len)
{
	const struct segment *s = mem_segment(m, addr);
	uint8_t *to = buf;
	size_t done = 0;

	while (s != NULL && done < len) {
		size_t part = len - done < s->end - addr ? len - done : s->end - addr;

		if (segment_copy(s, addr, to + done, part) != RC_OK) {
			if (s->read != NULL)
				done += peek_pages(s, addr, to + done, part);
			break;
		}
		done += part;
		addr += part;
		s = neighbour(m, s);
	}
	return done;
}

const void *mem_view(const struct mem *m, addr_t addr, size_t len)
{
	const struct segment *s = mem_segment(m, addr);

	if (s == NULL || s->data == NULL)
		return NULL;
	const uint8_t *view = s->data + (addr - s->start);
	/* Segments may lie side by side in the file too: only their protection differs. */
	while (len > s->end - addr) {
		const struct segment *next = neighbour(m, s);

		if (next == NULL || next->data == NULL ||
		    next->data != s->data + (s->end - s->start))
			return NULL;
		len -= s->end - addr;
		addr = s->end;
		s = next;
	}
	return view;
}

enum rc mem_u8(const struct mem *m, addr_t addr, uint8_t *v)
{
	return mem_read(m, addr, v, sizeof *v);
}

enum rc mem_u16(const struct mem *m, addr_t addr, uint16_t *v)
{
	return mem_read(m, addr, v, sizeof *v);
}

enum rc mem_u32(const struct mem *m, addr_t addr, uint32_t *v)
{
	return mem_read(m, addr, v, sizeof *v);
}

enum rc mem_u64(const struct mem *m, addr_t addr, uint64_t *v)
{
	return mem_read(m, addr, v, sizeof *v);
}

enum rc mem_cstr(const struct mem *m, addr_t addr, char *buf, size_t size)
{
	size_t done = 0;

	if (size == 0)
		return RC_LIMIT;
	while (done < size) {
		/* Small pieces that end with a cache line: most strings are short. */
		size_t part = 64 - (addr + done) % 64;

		if (part > size - done)
			part = size - done;
		size_t got = mem_peek(m, addr + done, buf + done, part);
		if (memchr(buf + done, 0, got) != NULL)
			return RC_OK;
		done += got;
		if (got < part) {
			uint8_t byte;
			enum rc rc = mem_u8(m, addr + done, &byte);

			buf[done] = 0;
			return rc != RC_OK ? rc : RC_FAULT;
		}
	}
	buf[size - 1] = 0;
	return RC_LIMIT;
}
