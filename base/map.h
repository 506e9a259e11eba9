/*
 * map - a hash table from a 64-bit key (an address, a tagged word) to a 64-bit value.
 *
 * Open addressing with linear probing, at most half full; the key 0 cannot be stored, which no
 * address we look up ever is. Reading from several threads at once is safe while nobody writes.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/rc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_entry {
	uint64_t key, value;
};

struct map {
	struct map_entry *at;
	size_t n, mask; /* entries in use; number of places minus one */
};

#define MAP_INIT  \
	{         \
		0 \
	}

static inline uint64_t map_hash(uint64_t key)
{
	key *= 0x9e3779b97f4a7c15u;
	return key ^ key >> 32;
}

/* The value stored under `key`, or NULL. The pointer is good until the next map_put. */
static inline uint64_t *map_get(const struct map *m, uint64_t key)
{
	if (m->at == NULL)
		return NULL;
	for (size_t i = map_hash(key) & m->mask;; i = (i + 1) & m->mask) {
		if (m->at[i].key == key)
			return key != 0 ? &m->at[i].value : NULL;
		if (m->at[i].key == 0)
			return NULL;
	}
}

/* Store or replace: RC_OK, RC_NOMEM, or RC_BAD for the key 0. */
MUST_USE enum rc map_put(struct map *m, uint64_t key, uint64_t value);

void map_free(struct map *m);

#endif
