/*
 * heap - the V8 heap of a target: isolates, root values, pages.
 *
 *	target ── isolate ── heap ── space ── page ── objects
 *	             └── roots table: undefined, the maps of the basic types, ...
 *
 * A page is 256 KiB (512 in V8 7.4), aligned to its size (or longer, for one large object), and names
 * its heap in its header: that is how all heaps of a process are found, entered by a thread or not.
 * Pages of the read-only space are shared by all isolates.
 *
 * Everything in here is constant once js_heap_open has returned; reading it from several threads at
 * once is safe.
 */
#ifndef JSHEAP_HEAP_H
#define JSHEAP_HEAP_H

#include "base/map.h"
#include "jsheap/layout.h"
#include "jsheap/types.h"
#include "jsheap/value.h"

#define V8_PAGE_BYTES     0x40000u
#define JS_BUILTIN_PREFIX "Builtins_"

/* Roots that the code asks for by name. */
enum js_root {
#define ROOT(id, name) R_##id,
#include "jsheap/roots.def"
#undef ROOT
	R_COUNT
};

struct js_area {
	addr_t top, limit; /* reserved for allocation: nothing valid in [top, limit) */
};

enum page_kind { PAGE_NORMAL, PAGE_LARGE, PAGE_READ_ONLY, PAGE_YOUNG };

struct js_page {
	addr_t base;       /* of the chunk, aligned to 256 KiB */
	addr_t start, end; /* where objects can be */
	addr_t stop; /* objects are read up to here: end, or `top` of the young space's last page */
	uint64_t size; /* bytes of the chunk */
	uint64_t flags;
	addr_t owner;    /* Space*; 0 for read-only pages */
	addr_t metadata; /* where the header lies: the chunk itself until V8 12.x */
	enum page_kind kind;
	bool dead;         /* holds stale copies only: not walked */
	uint32_t isolate;  /* index; UINT32_MAX for read-only pages */
	const char *space; /* "OldSpace"; NULL: not known */
};

/* What the collector was doing: Heap::HeapState. */
enum gc_state {
	GC_NONE,
	GC_SCAVENGE,
	GC_MARK_COMPACT,
	GC_MINOR_MARK_SWEEP,
	GC_TEAR_DOWN,
	GC_UNKNOWN
};

struct js_isolate {
	addr_t addr;  /* Isolate* */
	addr_t heap;  /* Heap*, inside the isolate */
	addr_t roots; /* first root */
	pid_t thread; /* the thread that entered it; 0: none has */
	enum gc_state gc;
	struct js_area *areas; /* sorted by top */
	size_t nareas;
};

#define SIZE_KINDS_MAX 128

struct js_heap {
	struct target *target;
	const struct mem *mem;
	struct arena arena;
	struct v8_layout layout;
	struct v8_types types;
	struct js_isolate *isolates; /* the main one first */
	size_t nisolates;
	struct js_page *pages; /* by base; read-only ones among them */
	size_t npages;
	struct map page_of; /* address >> 18 -> index into pages, plus 1 */
	const char **root_names;
	size_t nroots;
	jsval *roots;                /* values in the first isolate; nroots of them */
	jsval root[R_COUNT];         /* bits 0 where this V8 has no such root */
	size_t root_at[R_COUNT];     /* their indices; nroots where there is none */
	struct map root_of;          /* value bits -> root index plus 1 */
	uint16_t map_type;           /* instance type of maps */
	struct js_builtin *builtins; /* by address; none where symbols tell them (builtins.h) */
	size_t nbuiltins;
	struct map space_classes; /* vtable address -> name of the Space class (const char *) */
	const char *const *space_order;   /* spaces.h; NULL: the vtables tell, or nothing does */
	struct v8_size_rules *sizes;      /* sizes.h */
	const struct scope_format *scope; /* scope.h: how this V8 lays ScopeInfos out */
	struct gc *gc;                    /* gc.h */
	/* What a layer above computed once and keeps as long as the heap; freed by js_heap_close.
	 */
	void *kept;
	void (*kept_free)(void *kept);
};

/* Find isolates, roots and pages. RC_OK; RC_UNSUP when this is no Node or its V8 is not known,
 * RC_BAD when the target holds no isolate, RC_NOMEM; `why` says more. js_heap_close takes NULL. */
MUST_USE enum rc js_heap_open(struct target *t, struct js_heap **heap, struct why *why);
void js_heap_close(struct js_heap *h);

/* The page that holds an address, or NULL. */
static inline const struct js_page *js_page_at(const struct js_heap *h, addr_t addr)
{
	const uint64_t *i = map_get(&h->page_of, addr >> 18);

	return i != NULL ? &h->pages[*i - 1] : NULL;
}

/* True when `bytes` from the start of v lie on its page: no object is longer than that, whatever
 * its length says. */
static inline bool js_fits(const struct js_heap *h, jsval v, uint64_t bytes)
{
	addr_t addr = jsval_addr(v);
	const struct js_page *p = js_page_at(h, addr);

	return p != NULL && addr >= p->start && addr < p->end && bytes <= p->end - addr;
}

/* A value typed by a user: an address without its tag bit is an object when one starts there. */
jsval js_input(const struct js_heap *h, uint64_t bits);

/* True when v is this root of any isolate. Until V8 9 each isolate has an `undefined` of its own. */
bool js_is_root_elsewhere(const struct js_heap *h, jsval v, enum js_root r);
static inline bool js_is_root(const struct js_heap *h, jsval v, enum js_root r)
{
	return jsval_eq(v, h->root[r]) || (h->nisolates > 1 && js_is_root_elsewhere(h, v, r));
}

/* This root of the isolate that an object belongs to. */
jsval js_root_near(const struct js_heap *h, jsval object, enum js_root r);

/* The name of the root that has this value, or NULL. */
const char *js_root_name(const struct js_heap *h, jsval v);

/* True when v is a strong pointer to a map: an object on one of our pages whose own map is of
 * MAP_TYPE. */
bool js_is_map(const struct js_heap *h, jsval v);

/* The first word of the object at an address: its map; where a collection has moved the object, and
 * left the address of the copy there, that of the copy. RC_OK, RC_FAULT, RC_NOTSAVED. */
MUST_USE enum rc js_map_word(const struct js_heap *h, addr_t addr, uint64_t *word);

/* The map of an object: RC_OK; RC_BAD when v is no pointer to an object on a page of this heap. */
MUST_USE enum rc js_map_of(const struct js_heap *h, jsval v, jsval *map);

/* The instance type of an object; RC_BAD as js_map_of. */
MUST_USE enum rc js_type_of(const struct js_heap *h, jsval v, uint16_t *type);

/* True when v is an object of type t. */
bool js_is(const struct js_heap *h, jsval v, enum v8_type t);

/* The type_classes() of v's instance type; 0 for Smis and whatever is no object. */
unsigned js_classes(const struct js_heap *h, jsval v);

/* Tagged word, raw word and 32-bit word at a byte offset of an object. RC_OK, RC_FAULT,
 * RC_NOTSAVED. */
MUST_USE enum rc js_field(const struct js_heap *h, jsval object, int64_t offset, jsval *v);
MUST_USE enum rc js_word(const struct js_heap *h, jsval object, int64_t offset, uint64_t *v);
MUST_USE enum rc js_word32(const struct js_heap *h, jsval object, int64_t offset, uint32_t *v);

#endif
