/*
 * v8print - every word of a heap object, by the name of its field.
 */
#include "base/json.h"
#include "jsheap/classes.h"
#include "jsheap/cmds/inside.h"
#include "jsheap/cmds/jsheap.h"
#include "jsheap/context.h"
#include "jsheap/find.h"
#include "jsheap/map.h"
#include "jsheap/props.h"

#include <string.h>

#define PREVIEW_BYTES 32

struct args {
	uint64_t limit;
};

static const struct opt opts[] = {
	OPT_COUNT('n', "limit", struct args, limit, 100, "at most N words of an array"),
	OPT_END,
};

static const struct col cols[] = {
	{"offset", COL_UINT, 0, NULL},
	{"bytes", COL_UINT, COL_JSON_ONLY, NULL},
	{"name", COL_STR, COL_LEFT, NULL},
	{"class", COL_STR, COL_JSON_ONLY, NULL},
	{"source", COL_STR, COL_JSON_ONLY, NULL},
	{"value", COL_JSVAL, 0, NULL},
	{"text", COL_STR, COL_LEFT, "IS"},
	COL_END,
};
static const struct record record = {"field", LAYOUT_TABLE, cols};
static const struct record *const records[] = {&record, NULL};

static const struct example examples[] = {
	{"::findjsobjects -c Map -n 1 | ::v8print", "an object as V8 sees it"},
	{"::v8roots -n undefined_value | ::v8print", "one of V8's own"},
	EXAMPLE_END,
};

/* What is printed, and what is known of the names of its words. */
struct object {
	jsval v;
	addr_t addr;
	uint64_t size;
	struct js_map_info info;
	bool has_map;
	struct js_map map; /* with has_map */
	struct js_class_field *fields;
	size_t nfields;
	const char **variables; /* of a context, by slot */
	uint32_t nvariables;
};

/* The properties that the object itself holds, as fields behind those of its class. */
static enum rc add_properties(struct run *r, struct object *o)
{
	struct js_class_field *more;
	size_t n = o->nfields;

	if (!o->has_map || o->map.nproperties == 0)
		return RC_OK;
	more = arena_array(r->arena, n + o->map.nproperties, sizeof *more);
	if (more == NULL)
		return RC_NOMEM;
	memcpy(more, o->fields, n * sizeof *more);
	for (uint32_t i = 0; i < o->map.nproperties; i++) {
		struct js_descriptor d;

		if (js_map_descriptor(r->heap, &o->map, i, &d) != RC_OK)
			break;
		const char *name = d.in_field && d.in_object ? key_text(r, d.key) : NULL;
		if (name == NULL)
			continue;
		more[n++] = (struct js_class_field){
			.offset = (uint32_t)d.offset,
			.bytes = 8,
			.tagged = true,
			.name = arena_printf(r->arena, ".%s", name),
		};
	}
	o->fields = more;
	o->nfields = n;
	return RC_OK;
}

struct names {
	struct run *r;
	struct object *o;
	uint32_t at, end;
};

static enum rc name_variable(void *ctx, const struct js_variable *v)
{
	struct names *n = ctx;

	if (n->at >= n->end)
		return RC_DONE;
	n->o->variables[n->at++] = key_text(n->r, v->name);
	return RC_OK;
}

/* Slots of a context, by its ScopeInfo. */
static enum rc add_variables(struct run *r, struct object *o)
{
	const struct v8_layout *l = &r->heap->layout;
	struct js_context c;

	if ((o->info.classes & CLASS_CONTEXT) == 0 || js_context_load(r->heap, o->v, &c) != RC_OK)
		return RC_OK;
	o->variables = arena_array(r->arena, c.nslots + 1, sizeof *o->variables);
	if (o->variables == NULL)
		return RC_NOMEM;
	o->nvariables = c.nslots;
	struct names n = {r, o, c.first, c.first};
	if (c.has_scope && c.previous.bits != 0)
		n.end = c.first + c.scope.nlocals;
	o->variables[v8_value(l, V8_context_scope_info)] = "scope_info";
	o->variables[v8_value(l, V8_context_previous)] = "previous";
	if (c.extension.bits != 0)
		o->variables[2] = "extension";
	if (v8_has(l, V8_context_native))
		o->variables[v8_value(l, V8_context_native)] = "native_context";
	enum rc rc = n.end > n.at ? js_context_variables(r->heap, &c, name_variable, &n) : RC_OK;
	return rc == RC_NOMEM ? rc : RC_OK;
}

static enum rc load(struct run *r, struct object *o)
{
	const struct js_heap *h = r->heap;
	jsval map;

	*o = (struct object){.v = js_input(h, r->dot)};
	if (jsval_is_weak(o->v))
		o->v = jsval_object(jsval_addr(o->v));
	o->addr = jsval_addr(o->v);
	if (js_map_of(h, o->v, &map) != RC_OK || js_map_info_load(h, map, &o->info) != RC_OK)
		return run_error(r, RC_BAD, r->dot,
				 "is no object of the heap (::v8whatis tells more)");
	enum rc rc = js_object_size(h, &o->info, o->addr, &o->size);
	if (rc != RC_OK)
		return run_error(r, rc, o->v.bits, "the size of this object is not known");
	if (!js_fits(h, o->v, o->size))
		return run_error(r, RC_BAD, o->v.bits, "the object would not fit on its page");
	o->has_map =
		(o->info.classes & CLASS_RECEIVER) != 0 && js_map_load(h, map, &o->map) == RC_OK;
	const char *class = js_class_of(h, o->info.type, r->arena);
	if (class != NULL)
		TRY(js_class_fields(h, class, r->arena, &o->fields, &o->nfields));
	TRY(add_properties(r, o));
	return add_variables(r, o);
}

static enum rc put(struct run *r, uint64_t offset, unsigned bytes, const char *name,
		   const char *class, const char *source, uint64_t value, const char *text)
{
	return row(r->sink, &record, U(offset), U(bytes), S(name), S(class), S(source), U(value),
		   S(text));
}

static enum rc put_word(struct run *r, const struct object *o, uint64_t offset, const char *name,
			const char *source)
{
	uint64_t w;

	TRY(mem_u64(r->heap->mem, o->addr + offset, &w));
	return put(r, offset, 8, name, NULL, source, w, brief(r, jsval_of(w)));
}

static enum rc put_field(struct run *r, const struct object *o, const struct js_class_field *f)
{
	const char *source = f->class == NULL ? "property" : f->from_table ? "table" : "symbol";
	uint64_t w = 0;

	TRY(mem_read(r->heap->mem, o->addr + f->offset, &w, f->bytes));
	const char *text;
	if (f->tagged) {
		text = brief(r, jsval_of(w));
	} else if (f->is_double) {
		struct str out = STR_INIT;
		double d;
		memcpy(&d, &w, sizeof d);
		str_put_double(&out, d);
		text = arena_strndup(r->arena, str_text(&out), out.n);
		str_free(&out);
	} else {
		text = arena_printf(r->arena, "%llu", (unsigned long long)w);
	}
	return put(r, f->offset, f->bytes, f->name, f->class, source, w, text);
}

/* Characters and bytes, as far as a line goes. */
static enum rc put_bytes(struct run *r, const struct object *o, uint64_t offset)
{
	uint8_t bytes[PREVIEW_BYTES];
	uint64_t n = o->size - offset, first = 0;
	struct str text = STR_INIT;

	if (n > sizeof bytes)
		n = sizeof bytes;
	n = mem_peek(r->heap->mem, o->addr + offset, bytes, n);
	for (uint64_t i = 0; i < n; i++)
		str_printf(&text, "%02x%s", bytes[i], i % 8 == 7 ? " " : "");
	str_puts(&text, " ");
	for (uint64_t i = 0; i < n; i++)
		str_putc(&text, bytes[i] >= ' ' && bytes[i] < 0x7f ? (char)bytes[i] : '.');
	str_puts(&text, o->size - offset > n ? " ..." : "");
	memcpy(&first, bytes, n < 8 ? n : 8);
	enum rc rc = put(r, offset, (unsigned)(o->size - offset), "[...]", NULL, "bytes", first,
			 arena_strndup(r->arena, str_text(&text), text.n));
	str_free(&text);
	return rc;
}

/* A word that no field of the class covers. */
static enum rc put_unnamed(struct run *r, const struct object *o, uint64_t offset)
{
	const struct js_map_info *i = &o->info;
	uint64_t data = (uint64_t)v8_value(&r->heap->layout, V8_FixedArray_data);
	char name[32];

	if (o->variables != NULL && offset >= data) {
		uint64_t slot = (offset - data) / 8;
		if (slot < o->nvariables && o->variables[slot] != NULL)
			return put_word(r, o, offset, o->variables[slot], "variable");
		snprintf(name, sizeof name, "[%llu]", (unsigned long long)slot);
		return put_word(r, o, offset, name, "element");
	}
	if (i->mask != 0 && offset >= i->header && i->unit == 8) {
		snprintf(name, sizeof name, "[%llu]",
			 (unsigned long long)((offset - i->header) / 8));
		return put_word(r, o, offset, name, "element");
	}
	if (i->mask != 0 && offset >= i->header && i->unit == 24) {
		static const char *const parts[] = {"key", "details", "value"};
		uint64_t at = offset - i->header;
		snprintf(name, sizeof name, "[%llu].%s", (unsigned long long)(at / 24),
			 parts[at / 8 % 3]);
		return put_word(r, o, offset, name, "element");
	}
	if (i->mask != 0 && offset == 8 && i->at >= 8 && i->at < 16)
		return put_word(r, o, offset, "length", "size rule");
	return put_word(r, o, offset, NULL, NULL);
}

/* Bytes of a word that no field covers. */
static enum rc put_rest(struct run *r, const struct object *o, uint64_t from, uint64_t to)
{
	uint64_t w = 0;

	if (from >= to)
		return RC_OK;
	TRY(mem_read(r->heap->mem, o->addr + from, &w, to - from));
	return put(r, from, (unsigned)(to - from), NULL, NULL, NULL, w,
		   arena_printf(r->arena, "%llu", (unsigned long long)w));
}

/* A word that one field or several share; *f goes behind them. */
static enum rc put_shared_word(struct run *r, const struct object *o, uint64_t word, size_t *f)
{
	uint64_t at = word;

	for (; *f < o->nfields && o->fields[*f].offset < word + 8; ++*f) {
		const struct js_class_field *field = &o->fields[*f];
		if (field->offset < at || field->offset + field->bytes > word + 8)
			continue; /* properties of a damaged map may lie anywhere */
		TRY(put_rest(r, o, at, field->offset));
		TRY(put_field(r, o, field));
		at = field->offset + field->bytes;
	}
	return put_rest(r, o, at, word + 8);
}

static enum rc put_words(struct run *r, const struct object *o)
{
	const struct args *a = r->args;
	size_t f = 0;
	uint64_t left = a->limit, offset = 8;

	TRY(put_word(r, o, 0, "map", "map"));
	for (; offset < o->size && left != 0; left--) {
		const struct js_map_info *i = &o->info;

		while (f < o->nfields && o->fields[f].offset < offset)
			f++;
		if (f < o->nfields && o->fields[f].offset < offset + 8) {
			TRY(put_shared_word(r, o, offset, &f));
			offset += 8;
			continue;
		}
		if (i->mask != 0 && i->unit < 8 && i->unit != 0 && offset >= (i->header & ~7u))
			return put_bytes(r, o, offset);
		TRY(put_unnamed(r, o, offset));
		offset += 8;
	}
	if (offset < o->size)
		sink_heading(r->sink, "... %llu more words (-n)",
			     (unsigned long long)((o->size - offset) / 8));
	return RC_OK;
}

static enum rc run(struct run *r)
{
	struct object o;
	struct str size = STR_INIT;

	TRY(load(r, &o));
	const char *class = js_class_of(r->heap, o.info.type, r->arena);
	str_put_size(&size, o.size);
	sink_heading(r->sink, "0x%llx: %s (%s), %s", (unsigned long long)o.v.bits,
		     type_text(r, o.info.type), class != NULL ? class : "class not known",
		     str_text(&size));
	str_free(&size);
	enum rc rc = put_words(r, &o);
	if (rc == RC_FAULT || rc == RC_NOTSAVED)
		return run_error(r, rc, o.v.bits, "the rest of the object cannot be read");
	return rc;
}

const struct command cmd_v8print = {
	.name = "v8print",
	.summary = "every field of a heap object: offset, name, value",
	.help = "Works on any object, JavaScript or V8's own. Names of fields come from what "
		"mdbish knows "
		"itself (table) and from the v8dbg_ symbols of the binary (symbol), inherited "
		"classes "
		"included; then properties (.name), variables of contexts, elements of arrays. A "
		"word "
		"that nothing names is shown as it is, with what it refers to.",
	.needs = NEEDS_V8,
	.in = KIND_JSVAL,
	.dot_required = true,
	.args_size = sizeof(struct args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.run = run,
};
