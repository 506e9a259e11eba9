/*
 * builtins - the names of V8's builtins by address, for binaries whose symbols do not tell them
 * (private to jsheap/).
 */
#ifndef JSHEAP_BUILTINS_H
#define JSHEAP_BUILTINS_H

#include "jsheap/heap.h"

/* A builtin: where its code is, as link-time addresses of V8's binary, or run addresses of a copy that
 * an isolate made for itself. */
struct js_builtin {
	addr_t start, end;
	const char *symbol; /* "Builtins_JSEntry" */
};

/* Find them, unless symbols tell them: fills h->builtins, which stays empty where that fails. RC_OK
 * or RC_NOMEM. */
MUST_USE enum rc js_builtins_find(struct js_heap *h);

/* The builtin whose code holds a run address, as the symbol that it would be; false when there is
 * none, or symbols tell. */
bool js_builtin_at(const struct js_heap *h, addr_t addr, struct symbol *sym, uint64_t *offset);

#endif
