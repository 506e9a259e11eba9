/*
 * version - which Node and which V8 the process ran, without knowing V8's heap.
 *
 * Node keeps its versions as std::string in node::per_process::metadata, a static object whose
 * first members are `node` and `v8` (src/node_metadata.h); a program that links Node or V8 in
 * another way may lack it. V8 keeps its numbers in static members of v8::internal::Version
 * (src/utils/version.h). Last, the HTTP header of the inspector, "node.js/vX", is searched for in
 * the file's read-only data.
 */
#include "target/cmds/native.h"

#include <ctype.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>

/* libstdc++'s std::string: pointer, length, 16 bytes of its own. */
#define STRING_SIZE 32

static bool is_version(const char *s)
{
	size_t dots = 0;

	if (!isdigit((unsigned char)*s))
		return false;
	for (; *s != '\0'; s++) {
		if (!isalnum((unsigned char)*s) && *s != '.' && *s != '-' && *s != '_' && *s != '+')
			return false;
		dots += *s == '.';
	}
	return dots >= 2;
}

static bool read_string(struct target *t, addr_t addr, char *out, size_t size)
{
	uint64_t at, len;

	if (mem_u64(&t->mem, addr, &at) != RC_OK || mem_u64(&t->mem, addr + 8, &len) != RC_OK ||
	    len == 0 || len >= size || mem_read(&t->mem, at, out, len) != RC_OK)
		return false;
	out[len] = '\0';
	return is_version(out);
}

static void from_metadata(struct target *t, struct objfile *o, struct node_version *v)
{
	struct symbol sym;
	char text[sizeof v->node - 1];

	if (objfile_symbol(o, "_ZN4node12per_process8metadataE", &sym) != RC_OK ||
	    !read_string(t, sym.addr, text, sizeof text))
		return;
	snprintf(v->node, sizeof v->node, "v%s", text);
	if (read_string(t, sym.addr + STRING_SIZE, text, sizeof text))
		snprintf(v->v8, sizeof v->v8, "%s", text);
}

/* Without the executable. */
static void from_memory(const struct target *t, struct node_version *v)
{
	char node[TARGET_VERSION_BYTES], v8[TARGET_VERSION_BYTES];

	if (!target_versions(t, node, v8))
		return;
	snprintf(v->node, sizeof v->node, "v%.*s", (int)sizeof v->node - 2, node);
	snprintf(v->v8, sizeof v->v8, "%s", v8);
}

static bool read_number(struct target *t, struct objfile *o, const char *name, uint32_t *v)
{
	struct symbol sym;

	return objfile_symbol(o, name, &sym) == RC_OK && mem_u32(&t->mem, sym.addr, v) == RC_OK &&
	       *v < 1000000;
}

static void v8_from_numbers(struct target *t, struct objfile *o, struct node_version *v)
{
	static const char *const names[] = {
		"_ZN2v88internal7Version6major_E",
		"_ZN2v88internal7Version6minor_E",
		"_ZN2v88internal7Version6build_E",
		"_ZN2v88internal7Version6patch_E",
	};
	uint32_t n[4];
	struct symbol sym;
	char more[32] = "";
	uint64_t at;

	for (size_t i = 0; i < 4; i++)
		if (!read_number(t, o, names[i], &n[i]))
			return;
	int len = snprintf(v->v8, sizeof v->v8, "%u.%u.%u.%u", n[0], n[1], n[2], n[3]);
	if (len > 0 && objfile_symbol(o, "_ZN2v88internal7Version9embedder_E", &sym) == RC_OK &&
	    mem_u64(&t->mem, sym.addr, &at) == RC_OK &&
	    mem_cstr(&t->mem, at, more, sizeof more) == RC_OK && *more == '-')
		snprintf(v->v8 + len, sizeof v->v8 - (size_t)len, "%s", more);
	if (!is_version(v->v8))
		v->v8[0] = '\0';
}

/* The file's .rodata, or NULL. */
static const uint8_t *read_only_data(const struct objfile *o, size_t *size)
{
	size_t names;
	Elf_Scn *scn = NULL;

	if (o->elf == NULL || elf_getshdrstrndx(o->elf, &names) != 0)
		return NULL;
	while ((scn = elf_nextscn(o->elf, scn)) != NULL) {
		GElf_Shdr sh;
		const char *name;

		if (gelf_getshdr(scn, &sh) == NULL ||
		    (name = elf_strptr(o->elf, names, sh.sh_name)) == NULL ||
		    strcmp(name, ".rodata") != 0 || sh.sh_type == SHT_NOBITS)
			continue;
		if (sh.sh_offset > o->map_size || sh.sh_size > o->map_size - sh.sh_offset)
			return NULL;
		*size = sh.sh_size;
		return o->map + sh.sh_offset;
	}
	return NULL;
}

/* "v24.21.0" at the start of `s`: the header's next line may follow without a gap, so digits and dots
 * only. */
static bool take_node(const char *s, size_t left, struct node_version *v)
{
	size_t n = 1;

	while (n < left && n < sizeof v->node - 1 && (isdigit((unsigned char)s[n]) || s[n] == '.'))
		n++;
	memcpy(v->node, s, n);
	v->node[n] = '\0';
	if (!is_version(v->node + 1))
		v->node[0] = '\0';
	return v->node[0] != '\0';
}

static void node_from_text(const struct objfile *o, struct node_version *v)
{
	static const char needle[] = "node.js/v";
	const size_t len = sizeof needle - 1;
	size_t size = 0;
	const uint8_t *data = read_only_data(o, &size);

	for (size_t from = 0; data != NULL && from < size;) {
		const uint8_t *hit = memmem(data + from, size - from, needle, len);

		if (hit == NULL)
			return;
		from = (size_t)(hit - data) + len;
		if (take_node((const char *)data + from - 1, size - from + 1, v))
			return;
	}
}

void node_version_find(struct target *t, struct node_version *v)
{
	struct objfile *o = t->exe;
	struct symbol sym;

	*v = (struct node_version){0};
	/* Distributions have all of Node in a library, libnode.so. */
	if (target_symbol(t, "_ZN2v88internal7Version6major_E", &o, &sym) != RC_OK)
		o = t->exe;
	if (o == NULL || o->map == NULL) {
		from_memory(t, v);
		return;
	}
	from_metadata(t, o, v);
	if (v->v8[0] == '\0')
		v8_from_numbers(t, o, v);
	if (v->node[0] == '\0')
		node_from_text(o, v);
}
