/*
 * arena - memory that is freed all at once.
 *
 * Three of them exist by lifetime: session, target, command. Nothing allocated from an arena is
 * freed by itself. Not safe for use by several threads at once.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	size_t used, size;          /* of the newest block, in bytes */
};

#define ARENA_INIT \
	{          \
		0  \
	}

/* `size` bytes, zeroed, aligned to 16; NULL when memory is out. A size of 0 gives a valid pointer.
 */
void *arena_alloc(struct arena *a, size_t size);

/* An array of `n` elements of `size` bytes, zeroed; NULL when memory is out or n * size overflows.
 */
void *arena_array(struct arena *a, size_t n, size_t size);

/* A copy of `len` bytes with a NUL behind them; NULL when memory is out. */
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Give everything back. The arena can be used again. */
void arena_free(struct arena *a);

#endif
