/*
 * builtins - see the header.
 *
 * Two tables, both in the order of V8's list of builtins: their names, compiled into V8, and where
 * their code starts, in each isolate (IsolateData::builtin_entry_table). The second is told by what
 * it is: exactly as many words as there are names, one behind the other, that all point to code
 * which is not far apart.
 */
#include "jsheap/builtins.h"

#include "base/search.h"
#include "base/vec.h"
#include "jsheap/pages.h"

#include <stdlib.h>
#include <string.h>

#define CODE_ALIGN     32u
#define CODE_BYTES_MAX (64u << 20) /* of all builtins */
#define LAST_BYTES_MAX 0x4000u     /* of the one with the highest address */

/* V8 maps its builtins a second time near the code that it makes: both have one link address. Where it
 * could not find its file, it copied them, and the copy has only its own addresses. */
static addr_t link_address(const struct js_heap *h, addr_t addr)
{
	addr_t link;

	return target_objfile_at(h->target, addr, &link) != NULL ? link : addr;
}

static bool is_code(const uint64_t *w, size_t first, size_t i)
{
	uint64_t apart = w[i] > w[first] ? w[i] - w[first] : w[first] - w[i];

	return w[i] != 0 && w[i] % CODE_ALIGN == 0 && w[i] < UINT64_C(1) << 47 &&
	       apart < CODE_BYTES_MAX;
}

/* Where in the words of an isolate the table of `n` entries starts; SIZE_MAX: nowhere. */
static size_t find_table(const uint64_t *w, size_t words, size_t n)
{
	size_t first = 0;

	for (size_t i = 0; i <= words; i++) {
		if (i < words && is_code(w, first, i))
			continue;
		if (i - first == n)
			return first;
		first = i < words && is_code(w, i, i) ? i : i + 1;
	}
	return SIZE_MAX;
}

static int by_start(const void *a, const void *b)
{
	const struct js_builtin *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

struct found {
	VEC(struct js_builtin) all;
	const char **symbols; /* by number */
};

/* The table of one isolate, unless another one uses the same code. */
static enum rc add_table(struct js_heap *h, const uint64_t *entries, struct found *f)
{
	size_t n = h->layout.nbuiltins, from = f->all.n;
	addr_t first = link_address(h, entries[0]);

	for (size_t i = 0; i < from; i++)
		if (f->all.at[i].start == first)
			return RC_OK;
	for (size_t i = 0; i < n; i++)
		TRY(vec_push(&f->all, (struct js_builtin){.start = link_address(h, entries[i]),
							  .symbol = f->symbols[i]}));
	if (f->all.n == from)
		return RC_OK;
	struct js_builtin *mine = f->all.at + from;
	qsort(mine, n, sizeof *mine, by_start);
	for (size_t i = 0; i < n; i++)
		mine[i].end = i + 1 < n ? mine[i + 1].start : mine[i].start + LAST_BYTES_MAX;
	return RC_OK;
}

static enum rc name_symbols(struct js_heap *h, struct found *f)
{
	size_t n = h->layout.nbuiltins;

	f->symbols = arena_array(&h->arena, n, sizeof *f->symbols);
	for (size_t i = 0; f->symbols != NULL && i < n; i++) {
		f->symbols[i] =
			arena_printf(&h->arena, JS_BUILTIN_PREFIX "%s", h->layout.builtin_names[i]);
		if (f->symbols[i] == NULL)
			return RC_NOMEM;
	}
	return f->symbols != NULL ? RC_OK : RC_NOMEM;
}

static enum rc add_tables(struct js_heap *h, struct found *f)
{
	uint64_t *w = malloc(ISOLATE_BYTES);
	enum rc rc = w != NULL ? name_symbols(h, f) : RC_NOMEM;

	for (size_t i = 0; i < h->nisolates && rc == RC_OK; i++) {
		size_t words = mem_peek(h->mem, h->isolates[i].addr, w, ISOLATE_BYTES) / 8;
		size_t at = find_table(w, words, h->layout.nbuiltins);

		if (at != SIZE_MAX)
			rc = add_table(h, w + at, f);
	}
	free(w);
	return rc;
}

static bool symbols_tell(const struct js_heap *h)
{
	struct symbol sym;

	return h->layout.objfile != NULL &&
	       objfile_symbol(h->layout.objfile, JS_BUILTIN_PREFIX "JSEntry", &sym) == RC_OK;
}

enum rc js_builtins_find(struct js_heap *h)
{
	struct found f = {0};

	if (h->nisolates == 0 || symbols_tell(h))
		return RC_OK;
	TRY(v8_layout_builtin_names(&h->layout, &h->arena));
	if (h->layout.nbuiltins == 0)
		return RC_OK;
	enum rc rc = add_tables(h, &f);
	if (rc == RC_OK && f.all.n != 0) {
		qsort(f.all.at, f.all.n, sizeof *f.all.at, by_start);
		h->builtins = arena_array(&h->arena, f.all.n, sizeof *h->builtins);
		rc = h->builtins != NULL ? RC_OK : RC_NOMEM;
	}
	if (rc == RC_OK && f.all.n != 0) {
		memcpy(h->builtins, f.all.at, f.all.n * sizeof *h->builtins);
		h->nbuiltins = f.all.n;
	}
	vec_free(&f.all);
	return rc;
}

bool js_builtin_at(const struct js_heap *h, addr_t addr, struct symbol *sym, uint64_t *offset)
{
	addr_t link = h->nbuiltins != 0 ? link_address(h, addr) : 0;
	size_t low = first_not(h->nbuiltins, k, h->builtins[k].start <= link);
	const struct js_builtin *b = low != 0 ? &h->builtins[low - 1] : NULL;
	if (b == NULL || link >= b->end)
		return false;
	*offset = link - b->start;
	*sym = (struct symbol){.name = b->symbol, .addr = addr - *offset, .type = STT_FUNC};
	return true;
}
