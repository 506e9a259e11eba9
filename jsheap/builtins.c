/*
 * builtins - see the header.
 *
 * Two tables, both in the order of V8's list of builtins: their names, compiled into V8, and where
 * their code starts, in each isolate (IsolateData::builtin_entry_table). The second is told by what
 * it is: exactly as many words as there are names, one behind the other, that all point to code
 * which is not far apart.
 */
#include "jsheap/builtins.h"

#include "jsheap/pages.h"

#include <stdlib.h>
#include <string.h>

#define CODE_ALIGN     32u
#define CODE_BYTES_MAX (64u << 20) /* of all builtins */
#define LAST_BYTES_MAX 0x4000u     /* of the one with the highest address */

/* V8 maps its builtins a second time near the code that it makes: both have one link address. */
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

static enum rc name_all(struct js_heap *h, const uint64_t *entries)
{
	size_t n = h->layout.nbuiltins;

	h->builtins = arena_array(&h->arena, n, sizeof *h->builtins);
	if (h->builtins == NULL)
		return RC_NOMEM;
	for (size_t i = 0; i < n; i++) {
		h->builtins[i] = (struct js_builtin){
			.start = link_address(h, entries[i]),
			.symbol = arena_printf(&h->arena, JS_BUILTIN_PREFIX "%s",
					       h->layout.builtin_names[i]),
		};
		if (h->builtins[i].symbol == NULL)
			return RC_NOMEM;
	}
	qsort(h->builtins, n, sizeof *h->builtins, by_start);
	h->nbuiltins = n;
	return RC_OK;
}

static bool symbols_tell(const struct js_heap *h)
{
	struct symbol sym;

	return h->layout.objfile != NULL &&
	       objfile_symbol(h->layout.objfile, JS_BUILTIN_PREFIX "JSEntry", &sym) == RC_OK;
}

enum rc js_builtins_find(struct js_heap *h)
{
	enum rc rc = RC_OK;

	if (h->nisolates == 0 || symbols_tell(h))
		return RC_OK;
	TRY(v8_layout_builtin_names(&h->layout, &h->arena));
	uint64_t *w = malloc(ISOLATE_BYTES);
	if (w == NULL)
		return RC_NOMEM;
	size_t words = mem_peek(h->mem, h->isolates[0].addr, w, ISOLATE_BYTES) / 8;
	size_t at = h->layout.nbuiltins != 0 ? find_table(w, words, h->layout.nbuiltins) : SIZE_MAX;
	if (at != SIZE_MAX)
		rc = name_all(h, w + at);
	free(w);
	return rc;
}

bool js_builtin_at(const struct js_heap *h, addr_t addr, struct symbol *sym, uint64_t *offset)
{
	size_t low = 0, high = h->nbuiltins;
	addr_t link = high != 0 ? link_address(h, addr) : 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (h->builtins[mid].start <= link)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0 ||
	    (low == h->nbuiltins && link - h->builtins[low - 1].start >= LAST_BYTES_MAX))
		return false;
	*offset = link - h->builtins[low - 1].start;
	*sym = (struct symbol){
		.name = h->builtins[low - 1].symbol, .addr = addr - *offset, .type = STT_FUNC};
	return true;
}
