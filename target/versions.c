/*
 * versions - which Node the process was, told by its memory alone.
 *
 * Node keeps its versions as std::string, one behind the other, in a static object
 * (node::per_process::metadata, src/node_metadata.h). The first is short enough to lie inside its
 * own std::string, the second, V8's, is not:
 *
 *	| &text | length | text "24.21.0" ..... | | -> "13.6.233.17-node.53" | length | ...
 *
 * In binaries of the older C++ ABI a std::string is one pointer to the text, and the length stands
 * 24 bytes before that:
 *
 *	| -> "16.20.2" | -> "9.4.146.26-node.26" | ...
 *
 * They are searched for in what the core saved of the writable parts of the files that were mapped,
 * and of the memory right behind those, which is their .bss.
 */
#include "target/target.h"

#include <elf.h>
#include <string.h>

#define STRING_BYTES 32u
#define SHORT_MAX    15u
#define SEARCH_MAX   (256u << 20) /* bytes, of all mappings together */

/* `dots` dots between numbers; with `more`, anything of a version may follow a '-'. */
static bool is_version(const char *s, size_t len, size_t dots, bool more)
{
	size_t i = 0;

	for (size_t part = 0; part <= dots; part++) {
		size_t digits = 0;

		for (; i < len && s[i] >= '0' && s[i] <= '9'; i++)
			digits++;
		if (digits == 0 || digits > 5)
			return false;
		if (part < dots && (i == len || s[i++] != '.'))
			return false;
	}
	if (i < len && more && s[i] == '-')
		i += 1 + strspn(s + i + 1, "abcdefghijklmnopqrstuvwxyz.0123456789");
	return i == len;
}

static bool versions_at(const struct target *t, addr_t at, const uint8_t *bytes, char *node,
			char *v8)
{
	uint64_t text, len, text2, len2;
	char second[TARGET_VERSION_BYTES] = "";

	memcpy(&text, bytes, 8);
	memcpy(&len, bytes + 8, 8);
	memcpy(&text2, bytes + STRING_BYTES, 8);
	memcpy(&len2, bytes + STRING_BYTES + 8, 8);
	if (text != at + 16 || len < 5 || len > SHORT_MAX || len2 < 7 ||
	    len2 >= sizeof second - 1 || !is_version((const char *)bytes + 16, len, 2, false) ||
	    mem_read(&t->mem, text2, second, len2) != RC_OK || !is_version(second, len2, 3, true))
		return false;
	memcpy(node, bytes + 16, len);
	node[len] = '\0';
	memcpy(v8, second, sizeof second);
	return true;
}

static bool counted_text(const struct target *t, uint64_t at, char *out, size_t size)
{
	uint64_t len;

	if (at < 24 || (at & 7) != 0 || mem_u64(&t->mem, at - 24, &len) != RC_OK || len < 5 ||
	    len >= size || mem_read(&t->mem, at, out, len) != RC_OK)
		return false;
	out[len] = '\0';
	return true;
}

static bool old_versions_at(const struct target *t, const uint8_t *bytes, char *node, char *v8)
{
	char first[SHORT_MAX + 1], second[TARGET_VERSION_BYTES];
	uint64_t text, text2;

	memcpy(&text, bytes, 8);
	memcpy(&text2, bytes + 8, 8);
	if (!counted_text(t, text, first, sizeof first) ||
	    !is_version(first, strlen(first), 2, false) ||
	    !counted_text(t, text2, second, sizeof second) ||
	    !is_version(second, strlen(second), 3, true))
		return false;
	memcpy(node, first, sizeof first);
	memcpy(v8, second, sizeof second);
	return true;
}

static bool search(const struct target *t, const struct mapping *m, uint64_t *left, char *node,
		   char *v8)
{
	uint64_t size = m->end - m->start;

	size = size < *left ? size : *left;
	*left -= size;
	for (uint64_t page = 0; page < size; page += 4096) {
		/* One string may begin at the end of a page. */
		uint8_t bytes[4096 + 2 * STRING_BYTES];
		size_t have = mem_peek(&t->mem, m->start + page, bytes, sizeof bytes);

		for (size_t i = 0; i < 4096 && i + 2 * STRING_BYTES <= have; i += 8)
			if (versions_at(t, m->start + page + i, bytes + i, node, v8) ||
			    old_versions_at(t, bytes + i, node, v8))
				return true;
	}
	return false;
}

bool target_versions(const struct target *t, char node[TARGET_VERSION_BYTES],
		     char v8[TARGET_VERSION_BYTES])
{
	uint64_t left = SEARCH_MAX;
	const struct mapping *file = NULL; /* the last one of a file, or behind one */

	node[0] = v8[0] = '\0';
	for (size_t i = 0; i < t->nmappings; i++) {
		const struct mapping *m = &t->mappings[i];
		bool behind = m->path == NULL && i != 0 && t->mappings[i - 1].end == m->start &&
			      file == &t->mappings[i - 1];

		if (m->path != NULL || behind)
			file = m;
		if ((m->path != NULL || behind) && m->saved && (m->prot & PF_W) != 0 &&
		    search(t, m, &left, node, v8))
			return true;
	}
	return false;
}
