/*
 * scope - the layouts of ScopeInfo as data, and one decoder for all.
 *
 * Source: src/objects/scope-info.h and scope-info.tq of V8 7.4 to 14.6. The flag bits below are the same
 * from 7.9 on (seen in the machine code of the accessors); before that, bits were missing among them, which
 * read_flags makes up for.
 */
#include "jsheap/scope.h"

#define TYPE_MASK            0xfu
#define RECEIVER_SHIFT       7
#define SAVED_CLASS_VARIABLE (1u << 10)
#define FUNCTION_VARIABLE    (3u << 12)
#define FUNCTION_IN_CONTEXT  (2u << 12)
#define INFERRED_NAME        (1u << 14)
#define OUTER_SCOPE          (1u << 22)
#define CONTEXT_EXTENSION    (1u << 26)
#define BLOCK_LIST           (1u << 28)
#define EMPTY                (1u << 29)
#define SLOPPY_EVAL          (1u << 4)
#define COMMON_FLAGS         0x1ffu /* up to the receiver: never moved */
#define KNOWN_BEFORE_7_9     0x7fffffu
#define INLINE_NAMES         75 /* kScopeInfoMaxInlinedLocalNamesSize */
#define LOCALS_MAX           (1u << 20)
#define FUNCTION_SCOPE_LATE  4

#define TYPES_TO(n) ((uint16_t)((1u << ((n) + 1)) - 1))

const struct scope_format scope_formats[] = {
	{.name = "7.4",
	 .range = UNTIL(7, 4),
	 .counted = true,
	 .missing_bits = 2,
	 .flags_smi = true,
	 .module_type = 2,
	 .always_inline = true,
	 .receiver_info = true,
	 .position_types = TYPES_TO(3)},
	{.name = "7.5",
	 .range = BETWEEN(7, 5, 7, 5),
	 .counted = true,
	 .missing_bits = 2,
	 .flags_smi = true,
	 .module_type = 3,
	 .always_inline = true,
	 .receiver_info = true,
	 .position_types = TYPES_TO(4) & ~1u},
	{.name = "7.8",
	 .range = BETWEEN(7, 6, 7, 8),
	 .counted = true,
	 .missing_bits = 1,
	 .flags_smi = true,
	 .module_type = 3,
	 .always_inline = true,
	 .receiver_info = true,
	 .position_types = TYPES_TO(4) & ~1u},
	{.name = "8.x",
	 .range = BETWEEN(7, 9, 9, 0),
	 .counted = true,
	 .flags_smi = true,
	 .module_type = 3,
	 .always_inline = true,
	 .receiver_info = true,
	 .position_types = TYPES_TO(4) & ~1u,
	 .locals_block_list = true},
	{.name = "9.x",
	 .range = BETWEEN(9, 1, 9, 9),
	 .flags_smi = true,
	 .module_type = 3,
	 .always_inline = true,
	 .receiver_info = true,
	 .position_types = TYPES_TO(4) & ~1u,
	 .locals_block_list = true},
	{.name = "10.x",
	 .range = BETWEEN(10, 0, 11, 9),
	 .flags_smi = true,
	 .module_type = 3,
	 .position_types = TYPES_TO(4) | 1u << 8,
	 .locals_block_list = true},
	{.name = "12.x",
	 .range = BETWEEN(12, 0, 12, 6),
	 .flags_smi = true,
	 .module_type = 3,
	 .module_count_first = true,
	 .position_types = TYPES_TO(4) | 1u << 8,
	 .locals_block_list = true},
	{.name = "12.8",
	 .range = BETWEEN(12, 7, 12, 8),
	 .module_type = 3,
	 .module_count_first = true,
	 .position_in_header = true},
	{.name = "12.9",
	 .range = BETWEEN(12, 9, 12, 9),
	 .module_type = 5,
	 .module_count_first = true,
	 .position_in_header = true},
	{.name = "13.x",
	 .range = BETWEEN(13, 0, 14, 1),
	 .module_type = 5,
	 .module_count_first = true,
	 .position_in_header = true,
	 .eval_code = true},
	{.name = "14.x",
	 .range = FROM(14, 2),
	 .module_type = 5,
	 .module_count_first = true,
	 .position_in_header = true,
	 .eval_code = true,
	 .unused_parameters = true},
	/* Steps between the above, for builds in between. */
	{.name = "12.x, ranges in the header",
	 .range = BETWEEN(12, 5, 13, 0),
	 .flags_smi = true,
	 .module_type = 3,
	 .module_count_first = true,
	 .position_in_header = true,
	 .locals_block_list = true},
	{.name = "12.x, no block list",
	 .range = BETWEEN(12, 5, 13, 0),
	 .flags_smi = true,
	 .module_type = 3,
	 .module_count_first = true,
	 .position_types = TYPES_TO(4) | 1u << 8},
	{.name = "12.x, ranges in the header, no block list",
	 .range = BETWEEN(12, 5, 13, 0),
	 .flags_smi = true,
	 .module_type = 3,
	 .module_count_first = true,
	 .position_in_header = true},
};
const size_t scope_nformats = sizeof scope_formats / sizeof scope_formats[0];

/* Takes the parts of the object one after the other. */
struct cursor {
	const struct js_heap *h;
	addr_t at;
	enum rc rc;
};

static uint64_t take(struct cursor *c)
{
	uint64_t w = 0;

	if (c->rc == RC_OK)
		c->rc = mem_u64(c->h->mem, c->at, &w);
	c->at += 8;
	return w;
}

static int32_t take_smi(struct cursor *c)
{
	return jsval_smi(jsval_of(take(c)));
}

static void take_range(struct cursor *c, struct js_scope *s)
{
	s->start = take_smi(c);
	s->end = take_smi(c);
	s->has_range = true;
}

/* As the flags are from 7.9 on: class brand and saved class variable stand behind the receiver. */
static uint32_t read_flags(const struct scope_format *f, uint64_t word)
{
	uint32_t flags = f->flags_smi ? (uint32_t)(word >> 32) : (uint32_t)word;

	if (f->missing_bits == 0)
		return flags;
	return (flags & COMMON_FLAGS) | (flags & KNOWN_BEFORE_7_9 & ~COMMON_FLAGS)
						<< f->missing_bits;
}

static void take_header(struct cursor *c, const struct scope_format *f, struct js_scope *s)
{
	c->at += f->counted ? 16 : 8; /* map, length */
	s->flags = read_flags(f, take(c));
	take_smi(c); /* parameters */
	s->nlocals = (uint32_t)take_smi(c);
	if (c->rc == RC_OK && s->nlocals > LOCALS_MAX)
		c->rc = RC_BAD;
	s->type = s->flags & TYPE_MASK;
	s->has_extension = (s->flags & CONTEXT_EXTENSION) != 0;
	if (f->position_in_header)
		take_range(c, s);
}

static void take_names(struct cursor *c, const struct scope_format *f, struct js_scope *s)
{
	if (f->always_inline || s->nlocals < INLINE_NAMES) {
		s->names = c->at;
		c->at += 8 * (addr_t)s->nlocals;
	} else {
		s->table = jsval_of(take(c));
	}
	c->at += 8 * (addr_t)s->nlocals; /* infos */
	if ((s->flags & SAVED_CLASS_VARIABLE) != 0)
		c->at += 8;
	unsigned receiver = s->flags >> RECEIVER_SHIFT & 3;
	if (f->receiver_info && (receiver == 1 || receiver == 2))
		c->at += 8;
	if ((s->flags & FUNCTION_VARIABLE) != 0) {
		s->function_name = jsval_of(take(c));
		s->function_in_context = (s->flags & FUNCTION_VARIABLE) == FUNCTION_IN_CONTEXT;
		c->at += 8;
	}
	if ((s->flags & INFERRED_NAME) != 0)
		s->inferred_name = jsval_of(take(c));
}

enum rc js_scope_decode(const struct js_heap *h, const struct scope_format *f, addr_t addr,
			struct js_scope *s)
{
	struct cursor c = {.h = h, .at = addr};
	uint32_t module_variables = 0, length = 0;

	*s = (struct js_scope){0};
	if (f->counted) {
		TRY(mem_u32(h->mem, addr + 12, &length));
		s->size = 16;
		if (length == 0)
			return RC_OK; /* of functions without a scope */
	}
	take_header(&c, f, s);
	bool empty = (s->flags & EMPTY) != 0, module = s->type == f->module_type;
	if (f->module_count_first && module)
		module_variables = (uint32_t)take_smi(&c);
	take_names(&c, f, s);
	if (!f->position_in_header && (f->position_types >> s->type & 1) != 0 && !empty)
		take_range(&c, s);
	if ((s->flags & OUTER_SCOPE) != 0)
		s->outer = jsval_of(take(&c));
	if (f->locals_block_list && (s->flags & BLOCK_LIST) != 0)
		c.at += 8;
	if (module && !empty) {
		c.at += 8; /* SourceTextModuleInfo */
		if (!f->module_count_first)
			module_variables = (uint32_t)take_smi(&c);
		if (module_variables > LOCALS_MAX)
			return RC_BAD;
		s->module_variables = c.at;
		s->nmodule_variables = module_variables;
		c.at += 24 * (addr_t)module_variables;
	}
	if (f->eval_code && (s->flags & SLOPPY_EVAL) != 0)
		c.at += 8;
	if (f->unused_parameters && s->type == FUNCTION_SCOPE_LATE)
		c.at += 8;
	s->size = c.at - addr;
	if (c.rc == RC_OK && f->counted && s->size != 16 + 8 * (uint64_t)length)
		return RC_BAD;
	return c.rc;
}

enum rc js_scope_load(const struct js_heap *h, jsval v, struct js_scope *s)
{
	if (!js_is(h, v, T_SCOPE_INFO))
		return RC_BAD;
	return js_scope_decode(h, h->scope, jsval_addr(v), s);
}
