/*
 * suggest - the sentence for a word that is no command, with the nearest name when one is near.
 */
#include "cmd/lex.h"

#include <string.h>

#define LONGEST 64

/* Edits (insert, delete, replace, swap neighbours) from a to b; names longer than LONGEST are far
 * from everything. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][LONGEST + 1];
	size_t la = strlen(a), lb = strlen(b);

	if (la > LONGEST || lb > LONGEST)
		return SIZE_MAX;
	for (size_t j = 0; j <= lb; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t *now = rows[i % 3], *one = rows[(i + 2) % 3], *two = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t best = one[j - 1] + (a[i - 1] != b[j - 1]);

			if (one[j] + 1 < best)
				best = one[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    two[j - 2] + 1 < best)
				best = two[j - 2] + 1;
			now[j] = best;
		}
	}
	return rows[la % 3][lb];
}

struct nearest {
	const char *wanted, *name;
	size_t edits;
};

static void consider(struct nearest *n, const char *name)
{
	size_t edits = distance(n->wanted, name);
	/* "jsprnt" or "findjsobject", but not just any short word; and the start of a name. */
	size_t allowed = strlen(n->wanted) < 3   ? 0
			 : strlen(n->wanted) < 4 ? 1
			 : strlen(n->wanted) < 8 ? 2
						 : 3;

	if (strlen(n->wanted) >= 3 && strncmp(name, n->wanted, strlen(n->wanted)) == 0)
		edits = 0;
	if (edits <= allowed &&
	    (edits < n->edits || (edits == n->edits && strlen(name) < strlen(n->name)))) {
		n->edits = edits;
		n->name = name;
	}
}

const char *unknown_command(const struct session *s, struct arena *arena, const char *name)
{
	struct nearest n = {.wanted = name, .edits = SIZE_MAX};

	for (const struct module *const *m = s->modules; m != NULL && *m != NULL; m++) {
		for (const struct command *const *c = (*m)->commands; c != NULL && *c != NULL;
		     c++) {
			consider(&n, (*c)->name);
			for (const char *const *a = (*c)->aliases; a != NULL && *a != NULL; a++)
				consider(&n, *a);
		}
	}
	if (n.name == NULL)
		return arena_printf(arena, "unknown command \"%.64s\"; ::commands lists all", name);
	return arena_printf(arena, "unknown command \"%.64s\"; did you mean \"%s\"?", name, n.name);
}

bool begins_alias(const struct session *s, const char *text, size_t len)
{
	for (const struct module *const *m = s->modules; m != NULL && *m != NULL; m++)
		for (const struct command *const *c = (*m)->commands; c != NULL && *c != NULL; c++)
			for (const char *const *a = (*c)->aliases; a != NULL && *a != NULL; a++)
				if (strncmp(*a, text, len) == 0)
					return true;
	return false;
}
