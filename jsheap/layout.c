/*
 * layout - evaluates the rows of v8_rows.def for the binary at hand.
 */
#include "jsheap/layout.h"

#include <stdio.h>
#include <string.h>

#define PREFIX        "v8dbg_"
#define MAX_CONSTANTS 16384

#define ARG_SYM(x)   .symbol = (x)
#define ARG_AFTER(x) .after = V8_##x
#define ARG_LIT(x)   .literal = (x)

const struct v8_row v8_rows[] = {
#define ROW(id, src, arg, wid, rng, why_) \
	{.field = V8_##id,                \
	 .source = SOURCE_##src,          \
	 ARG_##src(arg),                  \
	 .width = wid,                    \
	 .range = rng,                    \
	 .reason = why_},
#include "jsheap/v8_rows.def"
#undef ROW
};
const size_t v8_nrows = sizeof v8_rows / sizeof v8_rows[0];

enum need { REQUIRED, OPTIONAL };

static const struct {
	const char *name, *what;
	enum need need;
} fields[V8_FIELD_COUNT] = {
#define FIELD(id, need_, what_) [V8_##id] = {#id, what_, need_},
#include "jsheap/v8_fields.def"
#undef FIELD
};

static const struct {
	const char *name;
	unsigned bytes;
} widths[] = {
	[BITS_0] = {"constant", 0}, [BITS_8] = {"uint8", 1},   [BITS_16] = {"uint16", 2},
	[BITS_32] = {"uint32", 4},  [BITS_64] = {"word64", 8}, [TAGGED] = {"tagged", 8},
	[SMI] = {"smi", 8},
};

const char *v8_field_name(enum v8_field f)
{
	return fields[f].name;
}

const char *v8_field_what(enum v8_field f)
{
	return fields[f].what;
}

const char *v8_width_name(enum v8_width w)
{
	return widths[w].name;
}

const char *v8_source_name(enum v8_source s)
{
	static const char *const names[] = {"none", "symbol", "after", "literal"};

	return names[s];
}

bool v8_range_holds(const struct v8_layout *l, struct v8_range range)
{
	uint16_t v = V8_VERSION(l->version.major, l->version.minor);

	return v >= range.from && v <= range.until;
}

/* Gathers the v8dbg_ constants. They are read from the file: those of value 0 lie in .bss, and a
 * core holds no file-backed pages. */
struct gather {
	struct target *target;
	struct objfile *objfile;
	VEC(struct v8_constant) found;
};

static enum rc gather_one(void *ctx, const struct symbol *sym)
{
	struct gather *g = ctx;
	int32_t value = 0;

	if (g->found.n >= MAX_CONSTANTS)
		return RC_LIMIT;
	if (objfile_read(g->objfile, sym->addr - g->objfile->bias, &value, sizeof value) != RC_OK)
		return RC_OK;
	return vec_push(&g->found, (struct v8_constant){sym->name + strlen(PREFIX), value});
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct v8_constant *)a)->name, ((const struct v8_constant *)b)->name);
}

static enum rc gather_constants(struct target *t, struct v8_layout *l)
{
	struct gather g = {.target = t, .objfile = l->objfile};
	enum rc rc = objfile_each_symbol(l->objfile, PREFIX, gather_one, &g);

	if (rc == RC_OK) {
		l->constants = arena_array(&t->arena, g.found.n, sizeof *l->constants);
		if (l->constants == NULL)
			rc = RC_NOMEM;
	}
	if (rc == RC_OK && g.found.n != 0) {
		memcpy(l->constants, g.found.at, g.found.n * sizeof *l->constants);
		l->nconstants = g.found.n;
		qsort(l->constants, l->nconstants, sizeof *l->constants, by_name);
	}
	vec_free(&g.found);
	return rc;
}

bool v8_constant(const struct v8_layout *l, const char *name, int32_t *value)
{
	size_t lo = 0, hi = l->nconstants, len = strlen(name);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (strcmp(l->constants[mid].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < l->nconstants && strncmp(l->constants[lo].name, name, len) == 0; lo++) {
		const char *rest = l->constants[lo].name + len;
		if (rest[0] == '\0' || (rest[0] == '_' && rest[1] == '_')) {
			*value = l->constants[lo].value;
			return true;
		}
	}
	return false;
}

#define OFFSET_MAX 0x8000
#define SHIFT_MAX  31

/* Numbers from symbols become offsets and shifts: those that cannot be are no answer. */
static bool sensible(const struct v8_row *row, int64_t value)
{
	const char *name = fields[row->field].name;
	size_t len = strlen(name);

	if (row->field == V8_frame_context_or_type || row->field == V8_frame_function)
		return value >= -OFFSET_MAX && value < OFFSET_MAX;
	if (row->width != BITS_0)
		return value >= 0 && value < OFFSET_MAX;
	return len < 6 || strcmp(name + len - 6, "_shift") != 0 ||
	       (value >= 0 && value <= SHIFT_MAX);
}

static enum rc told_value(const struct v8_layout *l, const struct v8_row *row, int64_t *value)
{
	int32_t v;

	if (!v8_range_holds(l, row->range))
		return RC_UNSUP;
	switch (row->source) {
	case SOURCE_SYM:
		if (!v8_constant(l, row->symbol, &v))
			return RC_UNSUP;
		*value = v;
		return RC_OK;
	case SOURCE_AFTER:
		if (l->row[row->after] == NULL)
			return RC_UNSUP;
		*value = l->value[row->after] + widths[l->row[row->after]->width].bytes;
		return RC_OK;
	case SOURCE_LIT:
		*value = row->literal;
		return RC_OK;
	case SOURCE_NONE:
		break;
	}
	return RC_UNSUP;
}

enum rc v8_row_value(const struct v8_layout *l, const struct v8_row *row, int64_t *value)
{
	TRY(told_value(l, row, value));
	return sensible(row, *value) ? RC_OK : RC_UNSUP;
}

/* Rows stand in the order of the fields they need, so one pass does. */
static void evaluate_rows(struct v8_layout *l)
{
	for (size_t i = 0; i < v8_nrows; i++) {
		const struct v8_row *row = &v8_rows[i];
		int64_t value;

		if (v8_row_value(l, row, &value) != RC_OK)
			continue;
		if (l->row[row->field] == NULL) {
			l->row[row->field] = row;
			l->value[row->field] = value;
		} else if (l->value[row->field] != value) {
			l->disagreements++;
		}
	}
}

static int version_part(struct v8_layout *l, const char *name)
{
	int32_t v;

	return objfile_int(l->objfile, name, &v) == RC_OK ? v : -1;
}

static enum rc find_version(struct target *t, struct v8_layout *l)
{
	struct v8_version *v = &l->version;

	v->major = version_part(l, "_ZN2v88internal7Version6major_E");
	v->minor = version_part(l, "_ZN2v88internal7Version6minor_E");
	v->build = version_part(l, "_ZN2v88internal7Version6build_E");
	v->patch = version_part(l, "_ZN2v88internal7Version6patch_E");
	if (v->major < 1 || v->major > 200 || v->minor < 0 || v->minor > 200)
		return RC_UNSUP;
	v->text = arena_printf(&t->arena, "%d.%d.%d.%d", v->major, v->minor, v->build, v->patch);
	return v->text != NULL ? RC_OK : RC_NOMEM;
}

enum rc v8_layout_resolve(struct target *t, struct v8_layout *l, struct why *why)
{
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
	if (find_version(t, l) != RC_OK)
		return why_set(why, RC_UNSUP, 0, "the executable does not tell its V8 version");
	enum rc rc = gather_constants(t, l);
	if (rc != RC_OK)
		return why_set(why, rc, 0, "the v8dbg_ symbols cannot be read");
	evaluate_rows(l);
	for (int f = 0; f < V8_FIELD_COUNT; f++)
		if (l->row[f] == NULL && fields[f].need == REQUIRED)
			return why_set(why, RC_UNSUP, 0,
				       arena_printf(&t->arena, "this V8 (%s) does not tell %s",
						    l->version.text, fields[f].name));
	if (l->value[V8_SmiShift] != 31)
		return why_set(why, RC_UNSUP, 0,
			       "this V8 compresses pointers, which mdbish cannot read yet");
	return RC_OK;
}
