/*
 * layout - evaluates the rows of v8_rows.def for the binary at hand.
 */
#include "jsheap/layout.h"

#include "base/search.h"
#include "jsheap/layout_source.h"

#include <stdio.h>
#include <string.h>

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
	static const char *const names[] = {"none", "symbol", "after", "literal", "file"};

	return names[s];
}

bool v8_range_holds(const struct v8_layout *l, struct v8_range range)
{
	uint16_t v = V8_VERSION(l->version.major, l->version.minor);

	return v >= range.from && v <= range.until;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct v8_constant *)a)->name, ((const struct v8_constant *)b)->name);
}

bool v8_constant(const struct v8_layout *l, const char *name, int32_t *value)
{
	size_t lo = first_not(l->nconstants, k, strcmp(l->constants[k].name, name) < 0);
	size_t len = strlen(name);

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
	case SOURCE_FILE:
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

static const char *required_missing(const struct v8_layout *l)
{
	for (int f = 0; f < V8_FIELD_COUNT; f++)
		if (l->row[f] == NULL && fields[f].need == REQUIRED)
			return fields[f].name;
	return NULL;
}

/* Fields that this program has no row for, but the one that wrote the layout file had. */
static enum rc take_told(struct target *t, struct v8_layout *l)
{
	for (size_t i = 0; i < l->ntold; i++) {
		for (int f = 0; f < V8_FIELD_COUNT; f++) {
			if (l->row[f] != NULL || strcmp(fields[f].name, l->told[i].name) != 0)
				continue;
			struct v8_row *row = arena_alloc(&t->arena, sizeof *row);

			if (row == NULL)
				return RC_NOMEM;
			*row = (struct v8_row){.field = (enum v8_field)f,
					       .source = SOURCE_FILE,
					       .literal = l->told[i].value,
					       .reason = "told by the layout file"};
			if (!sensible(row, row->literal))
				continue;
			l->row[f] = row;
			l->value[f] = row->literal;
		}
	}
	return RC_OK;
}

static enum rc evaluate(struct target *t, struct v8_layout *l, struct why *why)
{
	struct v8_version *v = &l->version;

	v->text = arena_printf(&t->arena, "%d.%d.%d.%d", v->major, v->minor, v->build, v->patch);
	if (v->text == NULL)
		return RC_NOMEM;
	qsort(l->constants, l->nconstants, sizeof *l->constants, by_name);
	evaluate_rows(l);
	TRY(take_told(t, l));
	const char *missing = required_missing(l);
	if (missing != NULL)
		return why_set(
			why, RC_UNSUP, 0,
			arena_printf(&t->arena, "this V8 (%s) does not tell %s", v->text, missing));
	if (l->value[V8_SmiShift] != 31)
		return why_set(why, RC_UNSUP, 0,
			       "this V8 compresses pointers, which mdbish cannot read yet");
	return RC_OK;
}

enum rc v8_layout_resolve(struct target *t, struct v8_layout *l, struct why *why)
{
	enum rc rc = v8_layout_from_elf(t, l, why);

	if (rc == RC_UNSUP) {
		struct why file_why = *why;
		enum rc from_file = v8_layout_from_files(t, l, &file_why);

		*why = file_why;
		rc = from_file == RC_OK || from_file == RC_NOMEM ? from_file : rc;
	}
	return rc == RC_OK ? evaluate(t, l, why) : rc;
}
