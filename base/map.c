/*
 * map - growing the table; look-ups are inline in the header.
 */
#include "base/map.h"

#include <stdlib.h>

#define FIRST_PLACES 64

static void place(struct map *m, uint64_t key, uint64_t value)
{
	size_t i = map_hash(key) & m->mask;

	while (m->at[i].key != 0)
		i = (i + 1) & m->mask;
	m->at[i] = (struct map_entry){key, value};
}

static enum rc grow(struct map *m)
{
	size_t places = m->at != NULL ? (m->mask + 1) * 2 : FIRST_PLACES;
	struct map bigger = {calloc(places, sizeof *bigger.at), m->n, places - 1};

	if (bigger.at == NULL)
		return RC_NOMEM;
	for (size_t i = 0; m->at != NULL && i <= m->mask; i++)
		if (m->at[i].key != 0)
			place(&bigger, m->at[i].key, m->at[i].value);
	free(m->at);
	*m = bigger;
	return RC_OK;
}

enum rc map_put(struct map *m, uint64_t key, uint64_t value)
{
	if (key == 0)
		return RC_BAD;
	uint64_t *old = map_get(m, key);
	if (old != NULL) {
		*old = value;
		return RC_OK;
	}
	if (m->at == NULL || m->n * 2 > m->mask)
		TRY(grow(m));
	place(m, key, value);
	m->n++;
	return RC_OK;
}

void map_free(struct map *m)
{
	free(m->at);
	*m = (struct map)MAP_INIT;
}
