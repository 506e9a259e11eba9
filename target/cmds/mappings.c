/*
 * mappings, modules - the address space, and the files mapped into it.
 */
#include "target/cmds/native.h"

#include <stdio.h>
#include <string.h>

struct mappings_args {
	const char *name;
};

static const struct opt mappings_opts[] = {
	ARG_STRING("name", struct mappings_args, name, false, "only those whose path holds this"),
	OPT_END,
};
static const struct col mapping_cols[] = {
	{"start", COL_ADDR, 0, NULL},
	{"end", COL_ADDR, 0, NULL},
	{"size", COL_SIZE, 0, NULL},
	{"permissions", COL_STR, 0, "PERM"},
	{"offset", COL_ADDR, COL_JSON_ONLY, NULL},
	{"saved", COL_BOOL, 0, NULL},
	{"path", COL_STR, 0, NULL},
	COL_END,
};
static const struct record mapping_record = {"mapping", LAYOUT_TABLE, mapping_cols};
static const struct record *const mapping_records[] = {&mapping_record, NULL};
static const struct example mapping_examples[] = {
	{"$rsp::mappings", "the mapping that holds the stack pointer"},
	{"::mappings node", "those of the executable"},
	EXAMPLE_END,
};

static enum rc mappings_run(struct run *r)
{
	const struct mappings_args *a = r->args;
	const struct target *t = r->target;
	bool any = false;

	for (size_t i = 0; i < t->nmappings; i++) {
		const struct mapping *m = &t->mappings[i];
		char perm[4];

		if ((r->has_dot && (r->dot < m->start || r->dot >= m->end)) ||
		    (a->name != NULL && (m->path == NULL || strstr(m->path, a->name) == NULL)))
			continue;
		any = true;
		TRY(row(r->sink, &mapping_record, A(m->start), A(m->end), U(m->end - m->start),
			S(protection_text(m->prot, perm)), A(m->offset), B(m->saved), S(m->path)));
	}
	if (!any && r->has_dot)
		return run_error(r, RC_FAULT, r->dot, "no mapping holds this address");
	if (!any && a->name != NULL)
		return run_error(r, RC_BAD, 0, "no mapping has \"%s\" in its path", a->name);
	return RC_OK;
}

static const char *const mappings_aliases[] = {"info proc mappings", "info mappings", "maps", NULL};
const struct command cmd_mappings = {
	.name = "mappings",
	.aliases = mappings_aliases,
	.summary = "list the mappings of the address space",
	.help = "SAVED tells whether the dump holds the bytes of the mapping. What it left out of "
		"the\n"
		"executable and of libraries is read from those files.",
	.needs = NEEDS_TARGET,
	.in = KIND_ADDR,
	.args_size = sizeof(struct mappings_args),
	.opts = mappings_opts,
	.records = mapping_records,
	.examples = mapping_examples,
	.run = mappings_run,
};

static const struct col module_cols[] = {
	{"start", COL_ADDR, 0, NULL},
	{"end", COL_ADDR, 0, NULL},
	{"state", COL_STR, 0, NULL},
	{"path", COL_STR, 0, NULL},
	{"found", COL_STR, COL_JSON_ONLY, NULL},
	{"build_id", COL_STR, COL_JSON_ONLY, NULL},
	{"file_build_id", COL_STR, COL_JSON_ONLY, NULL},
	COL_END,
};
static const struct record module_record = {"module", LAYOUT_TABLE, module_cols};
static const struct record *const module_records[] = {&module_record, NULL};
static const struct example module_examples[] = {
	{"::modules", "which files were found, and which not and why"},
	EXAMPLE_END,
};

/* The id in hexadecimal, or NULL when it is not known. */
static const char *id_text(const struct build_id *id, char text[2 * BUILD_ID_MAX + 1])
{
	if (id->len == 0)
		return NULL;
	for (size_t i = 0; i < id->len && i < BUILD_ID_MAX; i++)
		snprintf(text + 2 * i, 3, "%02x", id->bytes[i]);
	return text;
}

static enum rc modules_run(struct run *r)
{
	const struct target *t = r->target;

	for (size_t i = 0; i < t->nobjfiles; i++) {
		const struct objfile *o = &t->objfiles[i];
		char target_id[2 * BUILD_ID_MAX + 1], file_id[2 * BUILD_ID_MAX + 1];
		const char *state = o->found == NULL ? o->missing != NULL ? o->missing : "not found"
				    : objfile_mismatched(o) ? "another build"
							    : "found";

		TRY(row(r->sink, &module_record, A(o->start), A(o->end), S(state), S(o->path),
			S(o->found), S(id_text(&o->id_target, target_id)),
			S(id_text(&o->id_file, file_id))));
	}
	return RC_OK;
}

static const char *const modules_aliases[] = {"info sharedlibrary", "info shared", "objects",
					      "libraries", NULL};
const struct command cmd_modules = {
	.name = "modules",
	.aliases = modules_aliases,
	.summary = "list the executable and the libraries, and whether they were found",
	.needs = NEEDS_TARGET,
	.records = module_records,
	.examples = module_examples,
	.run = modules_run,
};

static enum rc index_init(struct run *r)
{
	*(size_t *)r->state = 0;
	return RC_OK;
}

static enum rc mapping_next(struct run *r, uint64_t *value)
{
	size_t *i = r->state;

	if (*i >= r->target->nmappings)
		return RC_DONE;
	*value = r->target->mappings[(*i)++].start;
	return RC_OK;
}

static enum rc module_next(struct run *r, uint64_t *value)
{
	size_t *i = r->state;

	if (*i >= r->target->nobjfiles)
		return RC_DONE;
	*value = r->target->objfiles[(*i)++].start;
	return RC_OK;
}

const struct walker walk_mapping = {
	.name = "mapping",
	.summary = "the start of each mapping",
	.needs = NEEDS_TARGET,
	.out = KIND_ADDR,
	.state_size = sizeof(size_t),
	.init = index_init,
	.next = mapping_next,
};

const struct walker walk_module = {
	.name = "module",
	.summary = "the start of the executable and of each library",
	.needs = NEEDS_TARGET,
	.out = KIND_ADDR,
	.state_size = sizeof(size_t),
	.init = index_init,
	.next = module_next,
};
