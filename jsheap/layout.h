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
#include "base/str.h"
#include "target/target.h"

enum v8_field {
#define FIELD(id, need, what) V8_##id,
#include "jsheap/v8_fields.def"
#undef FIELD
	V8_FIELD_COUNT
};

enum v8_source { SOURCE_NONE, SOURCE_SYM, SOURCE_AFTER, SOURCE_LIT, SOURCE_FILE };
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

/* A class of V8 that is a Space, "OldSpace". */
struct v8_space_class {
	const char *name;
	addr_t vtable; /* link-time address that the first word of its objects points to */
};

/* Where a thread keeps the isolate that it has entered. */
struct v8_isolate_variable {
	enum { ISOLATE_NOWHERE, ISOLATE_IN_TLS, ISOLATE_BY_KEY } kind;
	addr_t link; /* IN_TLS: offset in the TLS block; BY_KEY: link-time address of the key */
	uint64_t tls_bytes, tls_align; /* of the TLS block of V8's objfile; 0: none, or not known */
};

struct v8_layout {
	struct v8_version version;
	const char *file; /* the layout file that all this is from; NULL: V8's binary told it */
	bool by_version;  /* the file is of another build of this version: it told no addresses */
	const char *node; /* "v24.21.0", from the layout file; NULL: not told */
	const char *v8;   /* the same of V8, "13.6.233.17-node.53" */
	struct objfile *objfile; /* that V8 is linked into; NULL: not known (layout file) */
	addr_t bias;             /* run address = link-time address + bias */
	const char **root_names;
	size_t nroots;
	const char *
		*builtin_names; /* by number; without "Builtins_"; see v8_layout_builtin_names */
	size_t nbuiltins;
	struct v8_space_class *spaces; /* none: the binary was stripped of them */
	size_t nspaces;
	struct v8_isolate_variable isolate_variable;
	struct v8_constant *told; /* fields of the layout file, by name */
	size_t ntold;
	struct v8_constant *constants; /* sorted by name */
	size_t nconstants;
	int64_t value[V8_FIELD_COUNT];
	const struct v8_row *row[V8_FIELD_COUNT]; /* the row that won; NULL: not known */
	size_t disagreements; /* rows that apply but give another value than the one that won */
};

/* Resolve all fields, from V8's binary, or where that is not to be had from a layout file. RC_OK;
 * RC_UNSUP with why naming the first required field that no row gives, or saying that this is no V8;
 * RC_NOMEM. Strings live in the target's arena. */
MUST_USE enum rc v8_layout_resolve(struct target *t, struct v8_layout *layout, struct why *why);

/* Find the names of V8's builtins in its binary, where nothing has told them yet: for binaries that
 * were stripped of the symbols. None are found where there are none. RC_OK or RC_NOMEM. */
MUST_USE enum rc v8_layout_builtin_names(struct v8_layout *l, struct arena *arena);

/* The layout of V8's binary (not one from a layout file) as the text of a layout file, with the
 * versions that people know it by. */
void v8_layout_write(const struct v8_layout *l, const char *node, const char *v8, struct str *out);

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
