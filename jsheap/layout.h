/*
 * layout - what is known of one V8 build, as data: every offset, mask and tag with the row that
 * told it.
 *
 * Resolved once per target from the v8dbg_ symbols of the binary and the rows of v8_rows.def,
 * constant afterwards. Nothing outside layout.c compares V8 versions.
 */
#ifndef JSHEAP_LAYOUT_H
#define JSHEAP_LAYOUT_H

#include "base/arena.h"
#include "target/target.h"

enum v8_field {
#define FIELD(id, need, what) V8_##id,
#include "jsheap/v8_fields.def"
#undef FIELD
	V8_FIELD_COUNT
};

enum v8_source { SOURCE_NONE, SOURCE_SYM, SOURCE_AFTER, SOURCE_LIT };
enum v8_width { BITS_0, BITS_8, BITS_16, BITS_32, BITS_64, TAGGED, SMI };

/* major and minor in one number, inclusive on both ends. */
struct v8_range {
	uint16_t from, until;
};

struct v8_row {
	enum v8_field field;
	enum v8_source source;
	const char *symbol;  /* SOURCE_SYM */
	enum v8_field after; /* SOURCE_AFTER */
	int64_t literal;     /* SOURCE_LIT */
	enum v8_width width;
	struct v8_range range;
	const char *reason;
};

struct v8_version {
	int major, minor, build, patch;
	const char *text; /* "13.6.233.17"; never NULL */
};

/* One v8dbg_ symbol of the binary, without the prefix. */
struct v8_constant {
	const char *name;
	int32_t value;
};

struct v8_layout {
	struct v8_version version;
	struct objfile *objfile;       /* that V8 is linked into */
	struct v8_constant *constants; /* sorted by name */
	size_t nconstants;
	int64_t value[V8_FIELD_COUNT];
	const struct v8_row *row[V8_FIELD_COUNT]; /* the row that won; NULL: not known */
	size_t disagreements; /* rows that apply but give another value than the one that won */
};

/* Resolve all fields. RC_OK; RC_UNSUP with why naming the first required field that no row gives,
 * or saying that this is no V8; RC_NOMEM. Strings live in the target's arena. */
MUST_USE enum rc v8_layout_resolve(struct target *t, struct v8_layout *layout, struct why *why);

/* The value of a field that is REQUIRED, or was asked for by v8_has. */
static inline int64_t v8_value(const struct v8_layout *l, enum v8_field f)
{
	return l->value[f];
}

static inline bool v8_has(const struct v8_layout *l, enum v8_field f)
{
	return l->row[f] != NULL;
}

/* Number of rows, each row, and what it would give for this build: RC_OK, or RC_UNSUP when it does
 * not apply. For ::v8layout and the tests of the table. */
extern const struct v8_row v8_rows[];
extern const size_t v8_nrows;
MUST_USE enum rc v8_row_value(const struct v8_layout *l, const struct v8_row *row, int64_t *value);

const char *v8_field_name(enum v8_field f);
const char *v8_field_what(enum v8_field f);
const char *v8_width_name(enum v8_width w);
const char *v8_source_name(enum v8_source s);

/* True when this build's version lies in the range. */
bool v8_range_holds(const struct v8_layout *l, struct v8_range range);

/* A v8dbg_ constant by its exact name, or by name plus "__" and anything. */
bool v8_constant(const struct v8_layout *l, const char *name, int32_t *value);

#define V8_VERSION(major, minor) ((uint16_t)((major) << 8 | (minor)))
#define ANY                   \
	{                     \
		0, UINT16_MAX \
	}
#define FROM(major, minor)                           \
	{                                            \
		V8_VERSION(major, minor), UINT16_MAX \
	}
#define UNTIL(major, minor)                 \
	{                                   \
		0, V8_VERSION(major, minor) \
	}
#define BETWEEN(a, b, c, d)                        \
	{                                          \
		V8_VERSION(a, b), V8_VERSION(c, d) \
	}

#endif
