/*
 * entered - which thread has entered an isolate (private to jsheap/).
 */
#ifndef JSHEAP_ENTERED_H
#define JSHEAP_ENTERED_H

#include "jsheap/heap.h"

/* The isolate in [low, high] that a thread has entered, by V8's own variable; 0 when that one holds
 * another value, or is not known. */
addr_t isolate_of_thread(const struct js_heap *h, const struct thread *th, addr_t low, addr_t high);

/* The thread whose thread-local memory of V8's module has the isolate's address, for binaries that
 * do not tell where the variable is; 0: none, or the variable is known and says no. */
pid_t isolate_enterer(const struct js_heap *h, addr_t isolate);

#endif
