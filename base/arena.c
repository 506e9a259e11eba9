/*
 * arena - a chain of blocks, each filled from its start.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES (64 * 1024)
#define ALIGN       16

struct arena_block {
	struct arena_block *next;
	_Alignas(ALIGN) unsigned char bytes[];
};

/* A block for one large allocation goes behind the newest one, which keeps its free space. */
static void *alloc_large(struct arena *a, size_t size)
{
	struct arena_block *b = calloc(1, sizeof *b + size);

	if (b == NULL)
		return NULL;
	if (a->blocks == NULL) {
		a->blocks = b;
		a->used = a->size = size;
	} else {
		b->next = a->blocks->next;
		a->blocks->next = b;
	}
	return b->bytes;
}

void *arena_alloc(struct arena *a, size_t size)
{
	if (size > SIZE_MAX - sizeof(struct arena_block) - ALIGN)
		return NULL;
	size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (size > BLOCK_BYTES / 4)
		return alloc_large(a, size);
	if (a->blocks == NULL || a->size - a->used < size) {
		struct arena_block *b = calloc(1, sizeof *b + BLOCK_BYTES);

		if (b == NULL)
			return NULL;
		b->next = a->blocks;
		a->blocks = b;
		a->used = 0;
		a->size = BLOCK_BYTES;
	}
	void *p = a->blocks->bytes + a->used;
	a->used += size;
	return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return arena_alloc(a, bytes);
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p = len < SIZE_MAX ? arena_alloc(a, len + 1) : NULL;

	if (p != NULL)
		memcpy(p, s, len);
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	char *p = n >= 0 ? arena_alloc(a, (size_t)n + 1) : NULL;
	if (p != NULL)
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(ap);
	return p;
}

void arena_free(struct arena *a)
{
	while (a->blocks != NULL) {
		struct arena_block *b = a->blocks;

		a->blocks = b->next;
		free(b);
	}
	*a = (struct arena)ARENA_INIT;
}
