/*
 * v8whatis - the object that an address lies in.
 */
#include "jsheap/cmds/inside.h"
#include "jsheap/cmds/jsheap.h"
#include "jsheap/find.h"

#include <inttypes.h>
#include <string.h>

static const struct col cols[] = {
	{"address", COL_ADDR, COL_JSON_ONLY, NULL},
	{"kind", COL_STR, COL_JSON_ONLY, NULL},
	{"object", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"start", COL_ADDR, COL_JSON_ONLY, NULL},
	{"offset", COL_UINT, COL_JSON_ONLY, NULL},
	{"size", COL_SIZE, COL_JSON_ONLY, NULL},
	{"map", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"instance_type", COL_STR, COL_JSON_ONLY, NULL},
	{"page", COL_ADDR, COL_JSON_ONLY, NULL},
	{"space", COL_STR, COL_JSON_ONLY, NULL},
	{"age", COL_STR, COL_JSON_ONLY, NULL},
	{"isolate", COL_UINT, COL_JSON_ONLY, NULL},
	{"root", COL_STR, COL_JSON_ONLY, NULL},
	{"text", COL_STR, COL_TEXT_ONLY | COL_LEFT, NULL},
	COL_END,
};
static const struct record record = {"v8whatis", LAYOUT_LINES, cols};
static const struct record *const records[] = {&record, NULL};

static const struct example examples[] = {
	{"::findjsobjects -c Map -n 1 | ::v8whatis", "where an object lives"},
	{"::v8roots -n undefined | ::v8whatis", "one of V8's own"},
	EXAMPLE_END,
};

static const char *const kind_texts[] = {
	[FOUND_OBJECT] = "in an object",
	[FOUND_FREE] = "free space",
	[FOUND_AREA] = "reserved for allocation: nothing is there yet",
	[FOUND_HEADER] = "in the header of a page",
	[FOUND_UNUSED] = "not in use: the page is filled up to",
	[FOUND_STALE] = "on a page that a collection has emptied: a stale copy at most",
	[FOUND_GAP] = "in a place where no object can be made out",
};

static void put_page(const struct js_page *p, struct str *out)
{
	str_printf(out, "; %s, page 0x%" PRIx64,
		   p->space != NULL ? p->space : "a space without a name", p->base);
	str_printf(out, ", %s", js_page_age(p));
	if (p->isolate != UINT32_MAX)
		str_printf(out, ", isolate %u", p->isolate);
}

/* What a size rule made too short or too long. */
static void put_before(struct run *r, const struct js_found *f, struct str *out)
{
	uint16_t type;

	if (f->before == 0 || js_type_of(r->heap, jsval_object(f->before), &type) != RC_OK)
		return;
	str_printf(out, ", behind the %s 0x%" PRIx64, type_text(r, type),
		   jsval_object(f->before).bits);
}

static void put_found(struct run *r, const struct js_found *f, addr_t addr, const char *type,
		      struct str *out)
{
	if (f->kind == FOUND_OBJECT) {
		if (addr != f->start)
			str_printf(out, "%" PRIu64 " bytes into 0x%" PRIx64 ", ", addr - f->start,
				   f->start + 1);
		str_printf(out, "%s of ", type);
		str_put_size(out, f->size);
		str_puts(out, ": ");
		brief_put(r, jsval_object(f->start), out);
	} else {
		str_puts(out, kind_texts[f->kind]);
		if (f->kind == FOUND_UNUSED)
			str_printf(out, " 0x%" PRIx64, f->start);
		if (f->kind == FOUND_FREE || f->kind == FOUND_AREA || f->kind == FOUND_GAP) {
			str_printf(out, ", from 0x%" PRIx64 " on ", f->start);
			str_put_size(out, f->size);
		}
		put_before(r, f, out);
	}
	put_page(f->page, out);
}

/* Outside of pages: V8's own structures, as far as they are known. */
static const char *outside(struct run *r, addr_t addr, const char **root)
{
	const struct js_heap *h = r->heap;

	*root = NULL;
	for (size_t i = 0; i < h->nisolates; i++) {
		const struct js_isolate *iso = &h->isolates[i];

		if (addr >= iso->roots && addr < iso->roots + 8 * h->nroots) {
			*root = h->root_names[(addr - iso->roots) / 8];
			return arena_printf(r->arena, "the root %s of isolate %zu", *root, i);
		}
		if (addr >= iso->addr && addr < iso->heap)
			return arena_printf(r->arena, "0x%" PRIx64 " bytes into isolate %zu",
					    addr - iso->addr, i);
	}
	for (size_t i = 0; i < h->npages; i++) {
		const struct js_page *p = &h->pages[i];
		if (p->owner == addr)
			return arena_printf(r->arena, "the %s of isolate %u",
					    p->space != NULL ? p->space : "Space", p->isolate);
		if (p->metadata == addr && p->metadata != p->base)
			return arena_printf(r->arena, "the header of the page 0x%" PRIx64, p->base);
	}
	return "in no page of a V8 heap";
}

static enum rc run(struct run *r)
{
	const struct js_heap *h = r->heap;
	/* A tagged word means the object; an address the byte. */
	addr_t addr =
		(r->dot & 7) == 1 || (r->dot & 7) == 3 ? jsval_addr(jsval_of(r->dot)) : r->dot;
	struct str text = STR_INIT;
	const char *type = NULL, *root = NULL;
	struct js_found f;

	TRY(js_find(h, addr, &f));
	bool object = f.kind == FOUND_OBJECT, placed = f.kind != FOUND_NOTHING;
	struct js_map_info info;
	if (f.map.bits != 0 && js_map_info_load(h, f.map, &info) == RC_OK)
		type = type_text(r, info.type);
	if (object)
		root = js_root_name(h, jsval_object(f.start));
	str_printf(&text, "0x%" PRIx64 " is ", r->dot);
	if (placed)
		put_found(r, &f, addr, type, &text);
	else
		str_puts(&text, outside(r, addr, &root));
	enum rc rc =
		row(r->sink, &record, A(addr), S(placed ? js_found_name(f.kind) : "outside"),
		    object ? U(jsval_object(f.start).bits) : NUL, placed ? A(f.start) : NUL,
		    placed ? U(addr - f.start) : NUL, placed ? U(f.size) : NUL,
		    f.map.bits != 0 ? U(f.map.bits) : NUL, S(type), placed ? A(f.page->base) : NUL,
		    placed ? S(f.page->space) : NUL, placed ? S(js_page_age(f.page)) : NUL,
		    placed && f.page->isolate != UINT32_MAX ? U(f.page->isolate) : NUL, S(root),
		    SN(str_text(&text), text.n));
	str_free(&text);
	return rc;
}

const struct command cmd_v8whatis = {
	.name = "v8whatis",
	.summary = "the heap object that an address lies in, its page, space and age",
	.help = "Takes any address, also of the middle of an object: the page is walked up to it. "
		"Says "
		"the object's type, where it starts and how many bytes it has, and of its page the "
		"space, the isolate and whether its objects are young, old, large, read-only or "
		"code. "
		"Free space, areas reserved for allocation and pages left behind by a collection "
		"are "
		"told apart. Outside of the pages, roots and V8's own structures are known.",
	.needs = NEEDS_V8,
	.in = KIND_JSVAL,
	.dot_required = true,
	.records = records,
	.examples = examples,
	.run = run,
};
