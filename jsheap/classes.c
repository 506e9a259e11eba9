/*
 * classes - see the header. Source of the table of parents: the class definitions of src/objects/.
 */
#include "jsheap/classes.h"

#include "base/search.h"
#include "base/vec.h"

#include <ctype.h>
#include <string.h>

#define PARENTS_MAX 16

static const struct {
	const char *class, *parent;
} parents[] = {
	{"JSReceiver", "HeapObject"},
	{"JSObject", "JSReceiver"},
	{"JSProxy", "JSReceiver"},
	{"JSTypedArray", "JSArrayBufferView"},
	{"JSDataView", "JSArrayBufferView"},
	{"JSRabGsabDataView", "JSArrayBufferView"},
	{"JSMap", "JSCollection"},
	{"JSSet", "JSCollection"},
	{"JSWeakMap", "JSCollection"},
	{"JSWeakSet", "JSCollection"},
	{"String", "Name"},
	{"Symbol", "Name"},
	{"Name", "HeapObject"},
	{"ExternalOneByteString", "ExternalString"},
	{"ExternalTwoByteString", "ExternalString"},
	{"FixedArray", "FixedArrayBase"},
	{"FixedDoubleArray", "FixedArrayBase"},
	{"ByteArray", "FixedArrayBase"},
	{"WeakFixedArray", "FixedArrayBase"},
	{"AtomRegExpData", "RegExpData"},
	{"IrRegExpData", "RegExpData"},
};

static bool starts_with(const char *s, const char *start)
{
	return strncmp(s, start, strlen(start)) == 0;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static int compare(const char *name, const char *prefix, size_t len, const char *class, size_t size)
{
	int order = strncmp(name, prefix, len);

	return order != 0 ? order : strncmp(name + len, class, size);
}

/* The n-th constant whose name is PREFIX CLASS "__" something; NULL when there are no more. `*rest`
 * is the something. */
static const struct v8_constant *nth(const struct v8_layout *l, const char *prefix,
				     const char *class, size_t n, const char **rest)
{
	size_t len = strlen(prefix), size = strlen(class);
	size_t lo = first_not(l->nconstants, k,
			      compare(l->constants[k].name, prefix, len, class, size) < 0);

	for (; lo < l->nconstants; lo++) {
		const char *name = l->constants[lo].name;
		if (!starts_with(name, prefix) || !starts_with(name + len, class))
			return NULL;
		if (starts_with(name + len + size, "__") && n-- == 0) {
			*rest = name + len + size + 2;
			return &l->constants[lo];
		}
	}
	return NULL;
}

const char *js_class_parent(const struct js_heap *h, const char *class)
{
	const char *rest;

	if (nth(&h->layout, "parent_", class, 0, &rest) != NULL)
		return rest;
	for (size_t i = 0; i < sizeof parents / sizeof parents[0]; i++)
		if (strcmp(parents[i].class, class) == 0)
			return parents[i].parent;
	if (starts_with(class, "JS"))
		return "JSObject";
	if (starts_with(class, "UncompiledData") && strcmp(class, "UncompiledData") != 0)
		return "UncompiledData";
	if (ends_with(class, "String"))
		return "String";
	return strcmp(class, "HeapObject") != 0 ? "HeapObject" : NULL;
}

/* "JS_ARRAY" as the end of "type_JSArray__JS_ARRAY_TYPE". */
static const char *class_of_symbol(const struct v8_layout *l, uint16_t type, const char *name,
				   struct arena *a)
{
	for (size_t i = 0; i < l->nconstants; i++) {
		const char *text = l->constants[i].name, *end;

		if (l->constants[i].value != type || !starts_with(text, "type_"))
			continue;
		text += strlen("type_");
		end = strstr(text, "__");
		if (end == NULL || !starts_with(end + 2, name) ||
		    strcmp(end + 2 + strlen(name), "_TYPE") != 0)
			continue;
		return arena_strndup(a, text, (size_t)(end - text));
	}
	return NULL;
}

/* "FEEDBACK_METADATA" as "FeedbackMetadata"; V8 writes JS as it is. */
static const char *camel(const char *name, struct arena *a)
{
	char *out = arena_strdup(a, name), *to = out;
	bool first = true;

	for (const char *p = name; out != NULL && *p != '\0'; p++) {
		if (*p == '_') {
			first = true;
			continue;
		}
		bool upper = first || (to == out + 1 && starts_with(name, "JS_"));
		*to++ = upper ? *p : (char)tolower((unsigned char)*p);
		first = false;
	}
	if (out != NULL)
		*to = '\0';
	return out;
}

const char *js_class_of(const struct js_heap *h, uint16_t type, struct arena *a)
{
	const char *name = type_name(&h->types, type), *class = NULL;
	unsigned classes = type_classes(&h->types, type);

	if ((classes & CLASS_FUNCTION) != 0)
		return "JSFunction";
	if ((classes & CLASS_CONTEXT) != 0)
		return "Context";
	if (name != NULL)
		class = class_of_symbol(&h->layout, type, name, a);
	if (class == NULL && name != NULL)
		class = camel(name, a);
	if (class == NULL || ((classes & CLASS_STRING) != 0 && !ends_with(class, "String")))
		class = (classes & CLASS_STRING) != 0     ? "String"
			: (classes & CLASS_RECEIVER) != 0 ? "JSObject"
							  : class;
	return class;
}

typedef VEC(struct js_class_field) fields_vec;

/* The size of a field by its C++ type, as symbols give it. */
static void set_type(struct js_class_field *f, const char *type)
{
	static const struct {
		const char *type;
		uint8_t bytes;
	} raw[] = {{"char", 1},   {"uint8_t", 1}, {"int16_t", 2},  {"uint16_t", 2},
		   {"int", 4},    {"int32_t", 4}, {"uint32_t", 4}, {"uintptr_t", 8},
		   {"size_t", 8}, {"Address", 8}, {"double", 8}};

	f->bytes = 8;
	f->tagged = true;
	for (size_t i = 0; i < sizeof raw / sizeof raw[0]; i++)
		if (strcmp(raw[i].type, type) == 0) {
			f->bytes = raw[i].bytes;
			f->tagged = false;
			f->is_double = strcmp(type, "double") == 0;
		}
}

/* Places where a part of variable length starts, and constants that are no fields. */
static bool is_start(const char *field)
{
	return strcmp(field, "data") == 0 || strcmp(field, "chars") == 0 ||
	       strcmp(field, "header_size") == 0 || strcmp(field, "internal_fields") == 0;
}

static enum rc add_symbols(const struct js_heap *h, const char *class, struct arena *a,
			   fields_vec *out)
{
	const struct v8_constant *c;
	const char *rest;

	for (size_t n = 0; (c = nth(&h->layout, "class_", class, n, &rest)) != NULL; n++) {
		const char *type = strstr(rest, "__");
		struct js_class_field f = {.offset = (uint32_t)c->value, .class = class};

		if (type == NULL || c->value < 0 || c->value > INT16_MAX)
			continue;
		f.name = arena_strndup(a, rest, (size_t)(type - rest));
		if (f.name == NULL)
			return RC_NOMEM;
		set_type(&f, type + 2);
		if (!is_start(f.name))
			TRY(vec_push(out, f));
	}
	return RC_OK;
}

static enum rc add_table(const struct js_heap *h, const char *class, fields_vec *out)
{
	static const uint8_t bytes[] = {[BITS_0] = 0,  [BITS_8] = 1, [BITS_16] = 2, [BITS_32] = 4,
					[BITS_64] = 8, [TAGGED] = 8, [SMI] = 8};
	const struct v8_layout *l = &h->layout;
	size_t len = strlen(class);

	for (int i = 0; i < V8_FIELD_COUNT; i++) {
		const char *name = v8_field_name((enum v8_field)i);

		if (l->row[i] == NULL || !starts_with(name, class) || name[len] != '_' ||
		    bytes[l->row[i]->width] == 0 || is_start(name + len + 1))
			continue;
		TRY(vec_push(out, (struct js_class_field){
					  .offset = (uint32_t)l->value[i],
					  .bytes = bytes[l->row[i]->width],
					  .tagged = l->row[i]->width == TAGGED ||
						    l->row[i]->width == SMI,
					  .is_double = i == V8_HeapNumber_value,
					  .from_table = true,
					  .name = name + len + 1,
					  .class = class,
				  }));
	}
	return RC_OK;
}

/* By offset; in one place our own names first, then the order in which they were found. */
static int by_offset(const void *a, const void *b)
{
	const struct js_class_field *x = a, *y = b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	if (x->from_table != y->from_table)
		return x->from_table ? -1 : 1;
	bool wx = starts_with(x->name, "wasm_"), wy = starts_with(y->name, "wasm_");
	if (wx != wy)
		return wx ? 1 : -1;
	return strcmp(x->name, y->name);
}

enum rc js_class_fields(const struct js_heap *h, const char *class, struct arena *a,
			struct js_class_field **fields, size_t *n)
{
	fields_vec all = {0};
	enum rc rc = RC_OK;

	*n = 0;
	for (int i = 0; i < PARENTS_MAX && class != NULL && rc == RC_OK; i++) {
		rc = add_table(h, class, &all);
		if (rc == RC_OK)
			rc = add_symbols(h, class, a, &all);
		class = js_class_parent(h, class);
	}
	*fields = arena_array(a, all.n, sizeof **fields);
	if (rc == RC_OK && *fields == NULL)
		rc = RC_NOMEM;
	if (rc == RC_OK && all.n != 0) {
		qsort(all.at, all.n, sizeof *all.at, by_offset);
		for (size_t i = 0; i < all.n; i++)
			if (*n == 0 ||
			    (*fields)[*n - 1].offset + (*fields)[*n - 1].bytes <= all.at[i].offset)
				(*fields)[(*n)++] = all.at[i];
	}
	vec_free(&all);
	return rc;
}
