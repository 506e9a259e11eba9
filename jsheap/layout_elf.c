/*
 * layout_elf - what V8's own binary tells of itself: its version, v8dbg_ constants, names of roots
 * and builtins, vtables of its Space classes, where threads keep their isolate.
 *
 * A stripped binary has lost the symbols of the tables of names, not the tables: they are found by
 * what they hold (target/names.c). What else it has lost is found in the core by what it is, where
 * it is used.
 */
#include "base/vec.h"
#include "jsheap/layout_source.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX         "v8dbg_"
#define VTABLE_PREFIX  "_ZTVN2v88internal"
#define VTABLE_HEAD    16 /* an object's first word points behind the two words that head a vtable */
#define MAX_CONSTANTS  16384
#define MAX_SPACES     256
#define ROOT_NAMES_MIN 300

struct gather {
	struct v8_layout *layout;
	struct arena *arena;
	VEC(struct v8_constant) constants;
	VEC(struct v8_space_class) spaces;
};

/* The constants are read from the file: those of value 0 lie in .bss, and a core holds no
 * file-backed pages. */
static enum rc gather_constant(void *ctx, const struct symbol *sym)
{
	struct gather *g = ctx;
	const struct objfile *o = g->layout->objfile;
	int32_t value = 0;

	if (g->constants.n >= MAX_CONSTANTS)
		return RC_LIMIT;
	if (objfile_read(o, sym->addr - o->bias, &value, sizeof value) != RC_OK)
		return RC_OK;
	return vec_push(&g->constants, (struct v8_constant){sym->name + strlen(PREFIX), value});
}

/* "_ZTVN2v88internal8OldSpaceE" gives "OldSpace". */
static enum rc gather_space(void *ctx, const struct symbol *sym)
{
	struct gather *g = ctx;
	char *end;
	unsigned long len = strtoul(sym->name + strlen(VTABLE_PREFIX), &end, 10);

	if (len < 5 || len > 100 || strlen(end) != len + 1 ||
	    strncmp(end + len - 5, "Space", 5) != 0 || g->spaces.n == MAX_SPACES)
		return RC_OK;
	struct v8_space_class space = {
		.name = arena_strndup(g->arena, end, len),
		.vtable = sym->addr - g->layout->objfile->bias + VTABLE_HEAD,
	};
	return space.name != NULL ? vec_push(&g->spaces, space) : RC_NOMEM;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct v8_space_class *)a)->name,
		      ((const struct v8_space_class *)b)->name);
}

static enum rc gather_all(struct gather *g)
{
	struct v8_layout *l = g->layout;

	TRY(objfile_each_symbol(l->objfile, PREFIX, gather_constant, g));
	TRY(objfile_each_symbol(l->objfile, VTABLE_PREFIX, gather_space, g));
	l->constants = arena_array(g->arena, g->constants.n, sizeof *l->constants);
	l->spaces = arena_array(g->arena, g->spaces.n, sizeof *l->spaces);
	if (l->constants == NULL || l->spaces == NULL)
		return RC_NOMEM;
	l->nconstants = g->constants.n;
	l->nspaces = g->spaces.n;
	if (l->nconstants != 0)
		memcpy(l->constants, g->constants.at, l->nconstants * sizeof *l->constants);
	if (l->nspaces != 0)
		memcpy(l->spaces, g->spaces.at, l->nspaces * sizeof *l->spaces);
	qsort(l->spaces, l->nspaces, sizeof *l->spaces, by_name);
	return RC_OK;
}

static int version_part(struct v8_layout *l, const char *name)
{
	int32_t v;

	return objfile_int(l->objfile, name, &v) == RC_OK ? v : -1;
}

static void find_version(struct v8_layout *l)
{
	struct v8_version *v = &l->version;

	v->major = version_part(l, "_ZN2v88internal7Version6major_E");
	v->minor = version_part(l, "_ZN2v88internal7Version6minor_E");
	v->build = version_part(l, "_ZN2v88internal7Version6build_E");
	v->patch = version_part(l, "_ZN2v88internal7Version6patch_E");
}

/* The root names have a symbol, in most binaries, which tells where and how long the table is. */
static enum rc find_root_names(struct target *t, struct v8_layout *l)
{
	static const char *const anchors[] = {"meta_map", "undefined_value", "fixed_array_map",
					      "empty_string", NULL};
	struct names_wanted wanted = {.anchors = anchors, .stride = 8};
	struct names_found found;
	struct symbol sym;
	enum rc rc = RC_FAULT;

	if (objfile_symbol(l->objfile, "_ZN2v88internal10RootsTable11root_names_E", &sym) ==
	    RC_OK) {
		wanted.link = sym.addr - l->objfile->bias;
		wanted.n = sym.size / 8;
		rc = wanted.n != 0 ? objfile_names(l->objfile, &wanted, &t->arena, &found) : rc;
		wanted.n = 0;
	}
	if (rc == RC_FAULT)
		rc = objfile_names(l->objfile, &wanted, &t->arena, &found);
	if (rc != RC_OK)
		return rc;
	l->root_names = found.names;
	l->nroots = found.n;
	return RC_OK;
}

enum rc v8_layout_builtin_names(struct v8_layout *l, struct arena *arena)
{
	static const char *const anchors[] = {"InterpreterEntryTrampoline", "JSEntry",
					      "LdaZeroHandler", NULL};
	const struct names_wanted wanted = {.anchors = anchors, .stride = 24};
	struct names_found found;

	if (l->nbuiltins != 0 || l->objfile == NULL || l->file != NULL)
		return RC_OK;
	enum rc rc = objfile_names(l->objfile, &wanted, arena, &found);
	if (rc == RC_OK) {
		l->builtin_names = found.names;
		l->nbuiltins = found.n;
	}
	return rc == RC_NOMEM ? rc : RC_OK;
}

/* V8's "current isolate" of a thread: a TLS variable from V8 11 on, before that a pthread key. */
static void find_isolate_variable(struct v8_layout *l)
{
	struct v8_isolate_variable *v = &l->isolate_variable;
	struct symbol sym;

	if (objfile_tls(l->objfile, &v->tls_bytes, &v->tls_align) != RC_OK)
		v->tls_bytes = 0;
	if (objfile_symbol(l->objfile, "_ZN2v88internal18g_current_isolate_E", &sym) == RC_OK) {
		v->kind = ISOLATE_IN_TLS;
		v->link = sym.addr;
	} else if (objfile_symbol(l->objfile, "_ZN2v88internal7Isolate12isolate_key_E", &sym) ==
		   RC_OK) {
		v->kind = ISOLATE_BY_KEY;
		v->link = sym.addr - l->objfile->bias;
	}
}

enum rc v8_layout_from_elf(struct target *t, struct v8_layout *l, struct why *why)
{
	struct gather g = {.layout = l, .arena = &t->arena};
	struct symbol sym;

	*l = (struct v8_layout){0};
	if (target_symbol(t, PREFIX "FirstNonstringType", &l->objfile, &sym) != RC_OK)
		return why_set(
			why, RC_UNSUP, 0,
			t->exe != NULL && t->exe->found != NULL
				? "the executable has no v8dbg_ symbols: not a Node.js, or its "
				  "dynamic symbols were removed"
				: "the executable is needed to read the heap (-x FILE or --sysroot "
				  "DIR)");
	l->bias = l->objfile->bias;
	find_version(l);
	if (!v8_version_valid(&l->version))
		return why_set(why, RC_UNSUP, 0, "the executable does not tell its V8 version");
	enum rc rc = gather_all(&g);
	vec_free(&g.constants);
	vec_free(&g.spaces);
	if (rc == RC_OK)
		rc = find_root_names(t, l);
	if (rc == RC_FAULT || (rc == RC_OK && l->nroots < ROOT_NAMES_MIN))
		return why_set(why, RC_UNSUP, 0,
			       "the executable does not have the names of V8's roots");
	if (rc != RC_OK)
		return why_set(why, rc, 0, "the symbols of the executable cannot be read");
	find_isolate_variable(l);
	return RC_OK;
}
