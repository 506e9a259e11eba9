/*
 * search - where a sorted row of things changes.
 *
 *	size_t i = first_not(n, k, areas[k].top < addr);
 */
#ifndef BASE_SEARCH_H
#define BASE_SEARCH_H

#include <stddef.h>

/* The first index below n for which `before`, an expression in the index `i`, is false; n when there is
 * none. It must be true up to some index, and false from there on. */
#define first_not(n, i, before)                                       \
	({                                                            \
		size_t first_not_lo = 0, first_not_hi = (n);          \
                                                                      \
		while (first_not_lo < first_not_hi) {                 \
			size_t i = (first_not_lo + first_not_hi) / 2; \
                                                                      \
			if (before)                                   \
				first_not_lo = (i) + 1;               \
			else                                          \
				first_not_hi = (i);                   \
		}                                                     \
		first_not_lo;                                         \
	})

#endif
