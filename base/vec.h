/*
 * vec - a growing array of one type on the C heap.
 *
 *	VEC(struct segment) segments = {0};
 *	TRY(vec_push(&segments, s));
 *	vec_free(&segments);
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include "base/rc.h"

#include <stddef.h>
#include <stdlib.h>

/* `n` of the `cap` elements at `at` are in use. */
#define VEC(T)                 \
	struct {               \
		T *at;         \
		size_t n, cap; \
	}

/* Make room for one more element of `size` bytes; `*at` may move. RC_OK or RC_NOMEM. */
static inline enum rc vec_grow(void **at, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return RC_OK;
	size_t more = *cap != 0 ? *cap * 2 : 16;
	void *p = reallocarray(*at, more, size);

	if (p == NULL)
		return RC_NOMEM;
	*at = p;
	*cap = more;
	return RC_OK;
}

/* Append one element: RC_OK or RC_NOMEM. */
#define vec_push(v, ...)                                                          \
	(vec_grow((void **)&(v)->at, (v)->n, &(v)->cap, sizeof *(v)->at) == RC_OK \
		 ? ((v)->at[(v)->n++] = (__VA_ARGS__), RC_OK)                     \
		 : RC_NOMEM)

#define vec_free(v)                    \
	do {                           \
		free((v)->at);         \
		(v)->at = NULL;        \
		(v)->n = (v)->cap = 0; \
	} while (0)

#endif
