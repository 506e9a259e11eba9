/*
 * arguments - the whole argv, from the top of the main thread's stack.
 *
 * The kernel lays a new stack out like this, from low to high addresses:
 *
 *	argc  argv[0] .. argv[argc - 1]  NULL  envp[0] ..  NULL  auxv ..  AT_NULL  random bytes,
 *	platform, the strings of argv one behind the other, those of envp, the executable's name
 *
 * The auxv is known from the core's notes, so its copy on the stack is found by its contents, and
 * the rest by walking down from there. A program may have written a title over its arguments: the
 * strings must still lie one behind the other, and agree with what the kernel took for pr_psargs.
 */
#include "base/str.h"
#include "target/private.h"

#include <stdlib.h>
#include <string.h>

#define SEARCH_BYTES  16384 /* between the auxv and the random bytes: alignment, at most pages */
#define POINTERS_MAX  (1u << 20)
#define ARGUMENT_MAX  131072u  /* bytes: the kernel's limit for one string */
#define ARGUMENTS_MAX 8388608u /* bytes */

/* The address of the auxv's copy on the stack, 0 when it is not there. */
static addr_t find_auxv(const struct target *t)
{
	const size_t len = t->nauxv * 16;
	addr_t top = target_auxv(t, AT_RANDOM, 0);

	if (top == 0)
		top = target_auxv(t, AT_PLATFORM, 0);
	if (top <= SEARCH_BYTES || len < 32 || len > SEARCH_BYTES / 2)
		return 0;
	top &= ~(addr_t)7;
	for (addr_t at = top - len; at > top - SEARCH_BYTES; at -= 8) {
		const void *here = mem_view(&t->mem, at, len);

		if (here != NULL && memcmp(here, t->auxv, len) == 0)
			return at;
	}
	return 0;
}

/* Walk down from the end of envp to argc: the address of argv[0] and argc, or false. */
static bool find_argv(const struct target *t, addr_t auxv, addr_t *argv, size_t *argc)
{
	addr_t at = auxv - 8;
	uint64_t word;

	if (mem_u64(&t->mem, at, &word) != RC_OK || word != 0)
		return false;
	for (size_t n = 0;; n++) {
		at -= 8;
		if (n == POINTERS_MAX || mem_u64(&t->mem, at, &word) != RC_OK)
			return false;
		if (word == 0)
			break;
	}
	for (size_t n = 0; n < POINTERS_MAX; n++) {
		at -= 8;
		if (mem_u64(&t->mem, at, &word) != RC_OK || word == 0)
			return false;
		if (word == n) {
			*argv = at + 8;
			*argc = n;
			return true;
		}
	}
	return false;
}

/* Does pr_psargs agree? The kernel fills it with the first 79 bytes, spaces for NULs; gdb with as
 * many of the arguments as it knows, often the first one alone. */
static bool agrees(const struct target *t, const struct str *joined)
{
	size_t len = t->psargs != NULL ? strlen(t->psargs) : 0;
	size_t cut = len;

	while (cut != 0 && t->psargs[cut - 1] == ' ')
		cut--;
	if (joined->n < cut || (cut != 0 && memcmp(t->psargs, joined->s, cut) != 0))
		return false;
	return len >= 78 || joined->s[cut] == ' ' || joined->s[cut] == 0 || cut == 0;
}

static enum rc read_strings(struct target *t, addr_t argv, size_t argc, char *buf)
{
	struct str joined = STR_INIT;
	char **list = arena_array(&t->arena, argc + 1, sizeof *list);
	addr_t expected = 0;
	size_t total = 0;
	bool good = true;

	if (list == NULL)
		return RC_NOMEM;
	for (size_t i = 0; good && i < argc; i++) {
		addr_t string = 0;

		good = mem_u64(&t->mem, argv + 8 * i, &string) == RC_OK &&
		       (i == 0 || string == expected) &&
		       mem_cstr(&t->mem, string, buf, ARGUMENT_MAX) == RC_OK;
		if (!good)
			break;
		size_t len = strlen(buf);
		expected = string + len + 1;
		total += len + 1;
		list[i] = arena_strndup(&t->arena, buf, len);
		good = list[i] != NULL && total < ARGUMENTS_MAX;
		if (joined.n < 128) {
			str_write(&joined, buf, len < 128 ? len : 128);
			str_putc(&joined, ' ');
		}
	}
	if (good && joined.n != 0 && !joined.failed && agrees(t, &joined)) {
		t->arguments = list;
		t->narguments = argc;
	}
	str_free(&joined);
	return RC_OK;
}

enum rc arguments_read(struct target *t)
{
	addr_t auxv = find_auxv(t), argv;
	size_t argc;

	if (auxv == 0 || !find_argv(t, auxv, &argv, &argc))
		return RC_OK;
	char *buf = malloc(ARGUMENT_MAX);
	enum rc rc = buf != NULL ? read_strings(t, argv, argc, buf) : RC_NOMEM;
	free(buf);
	return rc;
}
