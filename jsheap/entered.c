/*
 * entered - V8's "current isolate" of a thread: a TLS variable from V8 11 on, before that a pthread
 * key.
 *
 * glibc on x86-64: fs_base points to the thread's struct pthread. The TLS block of the executable
 * ends there; those of libraries are found through the vector at fs_base + 8, 16 bytes a module; the
 * first 32 keys stand at +0x310, 16 bytes each.
 */
#include "jsheap/entered.h"

#include <string.h>

#define DTV_AT        8u
#define DTV_MODULES   64u
#define KEYS_AT       0x310u
#define KEYS_NEAR     32u
#define TLS_BYTES_MAX 0x10000u

static addr_t executable_block(const struct v8_isolate_variable *v, const struct thread *th)
{
	uint64_t align = v->tls_align != 0 ? v->tls_align : 1;

	return th->regs[AMD64_FS_BASE] - (v->tls_bytes + align - 1) / align * align;
}

/* The TLS block of a module in a thread; 0 where there is none, or it was not yet needed. */
static addr_t module_block(const struct js_heap *h, const struct thread *th, uint64_t module)
{
	uint64_t dtv, block;

	if (mem_u64(h->mem, th->regs[AMD64_FS_BASE] + DTV_AT, &dtv) != RC_OK || dtv == 0 ||
	    mem_u64(h->mem, dtv + 16 * module, &block) != RC_OK || block == UINT64_MAX)
		return 0;
	return block;
}

static addr_t value_in(const struct js_heap *h, addr_t at, addr_t low, addr_t high)
{
	uint64_t v;

	return mem_u64(h->mem, at, &v) == RC_OK && v != 0 && (v & 7) == 0 && v > low && v <= high
		       ? v
		       : 0;
}

/* Which number V8's library has is not told; the variable holds an isolate in one of them only. */
static addr_t in_modules(const struct js_heap *h, const struct thread *th, addr_t low, addr_t high)
{
	addr_t found = 0;

	for (uint64_t m = 1; m <= DTV_MODULES && found == 0; m++) {
		addr_t block = module_block(h, th, m);

		if (block != 0)
			found = value_in(h, block + h->layout.isolate_variable.link, low, high);
	}
	return found;
}

static bool is_library(const struct js_heap *h)
{
	return h->layout.objfile != NULL && !h->layout.objfile->is_main;
}

addr_t isolate_of_thread(const struct js_heap *h, const struct thread *th, addr_t low, addr_t high)
{
	const struct v8_isolate_variable *v = &h->layout.isolate_variable;
	uint32_t key;

	switch (v->kind) {
	case ISOLATE_IN_TLS:
		return is_library(h) ? in_modules(h, th, low, high)
				     : value_in(h, executable_block(v, th) + v->link, low, high);
	case ISOLATE_BY_KEY:
		if (mem_u32(h->mem, v->link + h->layout.bias, &key) != RC_OK || key >= KEYS_NEAR)
			return 0;
		return value_in(h, th->regs[AMD64_FS_BASE] + KEYS_AT + 16 * key + 8, low, high);
	case ISOLATE_NOWHERE:
		break;
	}
	return 0;
}

static bool block_has(const struct js_heap *h, addr_t block, uint64_t bytes, addr_t isolate)
{
	for (addr_t a = block & ~(addr_t)7; block != 0 && a < block + bytes; a += 8)
		if (value_in(h, a, isolate - 1, isolate) != 0)
			return true;
	return false;
}

/* Keys too: a stripped V8 of the time before TLS variables. */
static bool keys_have(const struct js_heap *h, const struct thread *th, addr_t isolate)
{
	for (uint64_t key = 0; key < KEYS_NEAR; key++)
		if (value_in(h, th->regs[AMD64_FS_BASE] + KEYS_AT + 16 * key + 8, isolate - 1,
			     isolate) != 0)
			return true;
	return false;
}

pid_t isolate_enterer(const struct js_heap *h, addr_t isolate)
{
	const struct v8_isolate_variable *v = &h->layout.isolate_variable;
	uint64_t bytes = v->tls_bytes < TLS_BYTES_MAX ? v->tls_bytes : TLS_BYTES_MAX;

	if (isolate == 0 || v->kind != ISOLATE_NOWHERE)
		return 0;
	for (size_t i = 0; i < h->target->nthreads; i++) {
		const struct thread *th = &h->target->threads[i];
		bool has =
			keys_have(h, th, isolate) ||
			(!is_library(h) && block_has(h, executable_block(v, th), bytes, isolate));

		for (uint64_t m = 1; is_library(h) && m <= DTV_MODULES && !has; m++)
			has = block_has(h, module_block(h, th, m), bytes, isolate);
		if (has)
			return th->tid;
	}
	return 0;
}
