/*
 * sizes - rules, and letting the heap choose among them.
 */
#include "jsheap/sizes.h"

#include "jsheap/scope.h"
#include "jsheap/walk.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_LIMIT (UINT64_C(1) << 40)

enum count_at {
	COUNT_NOT_SIMPLE,
	COUNT_NONE,
	COUNT_U32_AT_8,
	COUNT_U32_AT_12,
	COUNT_U30_AT_12,
	COUNT_U16_AT_8
};

/* `arg`: what the row of the rule says. */
typedef enum rc size_fn(const struct js_heap *h, addr_t addr, uint64_t arg, uint64_t *size);

struct size_rule {
	const char *kinds;
	enum count_at count;
	uint32_t header;
	uint8_t unit;
	size_fn *fn;
	uint32_t arg;
	bool scope; /* by each of scope_formats */
	struct v8_range range;
	const char *reason;
};

static uint64_t round_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) & ~(to - 1);
}

static enum rc size_property_array(const struct js_heap *h, addr_t addr, uint64_t arg,
				   uint64_t *size)
{
	uint32_t length;

	(void)arg;
	TRY(mem_u32(h->mem, addr + 12, &length));
	*size = 16 + 8 * (uint64_t)(length &
				    (uint32_t)v8_value(&h->layout, V8_PropertyArray_length_mask));
	return RC_OK;
}

static enum rc size_bigint(const struct js_heap *h, addr_t addr, uint64_t arg, uint64_t *size)
{
	uint32_t bits;

	(void)arg;
	TRY(mem_u32(h->mem, addr + (addr_t)v8_value(&h->layout, V8_BigInt_bitfield), &bits));
	*size = (uint64_t)v8_value(&h->layout, V8_BigInt_digits) +
		8 * (uint64_t)(bits >> 1 & 0x3fffffff);
	return RC_OK;
}

static enum rc size_preparse_data(const struct js_heap *h, addr_t addr, uint64_t arg,
				  uint64_t *size)
{
	uint32_t bytes, children;

	(void)arg;
	TRY(mem_u32(h->mem, addr + 8, &bytes));
	TRY(mem_u32(h->mem, addr + 12, &children));
	*size = round_up(16 + (uint64_t)bytes, 8) + 8 * (uint64_t)children;
	return RC_OK;
}

static enum rc size_bytecode_array(const struct js_heap *h, addr_t addr, uint64_t arg,
				   uint64_t *size)
{
	uint32_t length;

	(void)arg;
	TRY(mem_u32(h->mem, addr + 12, &length));
	*size = round_up((uint64_t)v8_value(&h->layout, V8_BytecodeArray_data) + length, 8);
	return RC_OK;
}

/* Its supertypes follow their number, a Smi. */
static enum rc size_wasm_type_info(const struct js_heap *h, addr_t addr, uint64_t at,
				   uint64_t *size)
{
	uint32_t supertypes;

	TRY(mem_u32(h->mem, addr + at + 4, &supertypes));
	*size = at + 8 + 8 * (uint64_t)supertypes;
	return RC_OK;
}

/* Kinds of slots, five bits each, six to a uint32. */
static enum rc size_feedback_metadata(const struct js_heap *h, addr_t addr, uint64_t per_closure,
				      uint64_t *size)
{
	uint32_t slots, closures;

	TRY(mem_u32(h->mem, addr + 8, &slots));
	TRY(mem_u32(h->mem, addr + 12, &closures));
	*size = round_up(16 + 4 * (((uint64_t)slots + 5) / 6) + per_closure * closures, 8);
	return RC_OK;
}

/* No room for the number of closures before the slots' kinds. */
static enum rc size_metadata_short(const struct js_heap *h, addr_t addr, uint64_t arg,
				   uint64_t *size)
{
	uint32_t slots;

	(void)arg;
	TRY(mem_u32(h->mem, addr + 8, &slots));
	*size = round_up(12 + 4 * (((uint64_t)slots + 5) / 6), 8);
	return RC_OK;
}

static enum rc size_instruction_stream(const struct js_heap *h, addr_t addr, uint64_t arg,
				       uint64_t *size)
{
	uint32_t body;

	(void)arg;
	TRY(mem_u32(h->mem, addr + 24, &body));
	*size = round_up(32 + (uint64_t)body, 64);
	return RC_OK;
}

static enum rc size_instruction_stream_code(const struct js_heap *h, addr_t addr, uint64_t arg,
					    uint64_t *size)
{
	uint64_t code;
	uint32_t instructions, metadata;

	(void)arg;
	TRY(mem_u64(h->mem, addr + 8, &code));
	TRY(mem_u32(h->mem, code - 1 + 56, &instructions));
	TRY(mem_u32(h->mem, code - 1 + 60, &metadata));
	*size = round_up(16 + (uint64_t)instructions + metadata, 64);
	return RC_OK;
}

/* The slots are counted behind some references, and follow 16 bytes later. */
static enum rc size_feedback_vector(const struct js_heap *h, addr_t addr, uint64_t at,
				    uint64_t *size)
{
	uint32_t slots;

	TRY(mem_u32(h->mem, addr + at, &slots));
	*size = at + 16 + 8 * (uint64_t)slots;
	return RC_OK;
}

/* Elements of a typed array. They are in the object where it says that it is their base. */
static enum rc size_typed(const struct js_heap *h, addr_t addr, uint64_t width, uint64_t *size)
{
	uint32_t length;
	uint64_t base;

	TRY(mem_u32(h->mem, addr + 12, &length));
	TRY(mem_u64(h->mem, addr + 16, &base));
	*size = round_up(32 + (base == (addr | 1) ? width * length : 0), 8);
	return RC_OK;
}

/* Header, instructions, and the tables behind them. */
static enum rc size_code(const struct js_heap *h, addr_t addr, uint64_t tables_apart,
			 uint64_t *size)
{
	uint64_t header = (uint64_t)v8_value(&h->layout, V8_Code_instructions);
	addr_t at = addr + (addr_t)v8_value(&h->layout, V8_Code_instruction_size);
	uint32_t instructions, tables = 0;

	TRY(mem_u32(h->mem, at, &instructions));
	if (tables_apart)
		TRY(mem_u32(h->mem, at + 4, &tables));
	*size = round_up(header + instructions + tables, header < 128 ? 32 : 64);
	return RC_OK;
}

/* Header of three bytes, then entries of `words` tagged words, the buckets and the chain, a byte
 * each. */
static enum rc size_small_ordered(const struct js_heap *h, addr_t addr, uint64_t words,
				  uint64_t *size)
{
	uint8_t buckets;

	TRY(mem_u8(h->mem, addr + 10, &buckets));
	uint64_t capacity = 2 * (uint64_t)buckets;
	*size = round_up(16 + 8 * words * capacity + buckets + capacity, 8);
	return RC_OK;
}

static enum rc size_swiss(const struct js_heap *h, addr_t addr, uint64_t arg, uint64_t *size)
{
	uint32_t capacity;

	(void)arg;
	TRY(mem_u32(h->mem, addr + 12, &capacity));
	*size = round_up(24 + 16 * (uint64_t)capacity + 2 * (uint64_t)capacity + 16, 8);
	return RC_OK;
}

static const struct size_rule rules[] = {
#define COUNT_SMI   COUNT_U32_AT_12 /* the upper half of the word at +8 */
#define COUNT_SMI30 COUNT_U30_AT_12
#define COUNT_U32   COUNT_U32_AT_8
#define COUNT_U16   COUNT_U16_AT_8
#define SIZE(kinds_, count_, header_, unit_, range_, why_) \
	{.kinds = kinds_,                                  \
	 .count = COUNT_##count_,                          \
	 .header = header_,                                \
	 .unit = unit_,                                    \
	 .range = range_,                                  \
	 .reason = why_},
#define SIZE_FN(kinds_, fn_, arg_, range_, why_) \
	{.kinds = kinds_, .fn = size_##fn_, .arg = arg_, .range = range_, .reason = why_},
#define SIZE_SCOPE(kinds_, why_) {.kinds = kinds_, .scope = true, .range = ANY, .reason = why_},
#include "jsheap/sizes.def"
#undef SIZE
#undef SIZE_FN
#undef SIZE_SCOPE
#undef COUNT_SMI
#undef COUNT_SMI30
#undef COUNT_U32
#undef COUNT_U16
};
#define NRULES (sizeof rules / sizeof rules[0])

const char *size_rule_reason(const struct size_kind *k)
{
	return k->variants[k->chosen]->reason;
}

static bool rule_names(const struct size_rule *r, const char *kind)
{
	size_t len = strlen(kind);

	for (const char *p = r->kinds; (p = strstr(p, kind)) != NULL; p += len)
		if ((p == r->kinds || p[-1] == ' ') && (p[len] == ' ' || p[len] == '\0'))
			return true;
	return false;
}

static void add_variant(struct size_kind *k, const struct size_rule *r,
			const struct scope_format *f)
{
	if (k->nvariants == SIZE_VARIANTS)
		return;
	k->variants[k->nvariants] = r;
	k->formats[k->nvariants++] = f;
}

/* Variants whose version range holds come first. */
static void add_variants(const struct js_heap *h, struct size_kind *k)
{
	for (int fits = 1; fits >= 0; fits--)
		for (size_t i = 0; i < NRULES; i++) {
			const struct size_rule *r = &rules[i];

			if (!rule_names(r, k->name))
				continue;
			if (!r->scope) {
				if (v8_range_holds(&h->layout, r->range) == (fits != 0))
					add_variant(k, r, NULL);
				continue;
			}
			for (size_t s = 0; s < scope_nformats; s++)
				if (v8_range_holds(&h->layout, scope_formats[s].range) ==
				    (fits != 0))
					add_variant(k, r, &scope_formats[s]);
		}
}

static uint8_t kind_index(struct js_heap *h, const char *name)
{
	struct v8_size_rules *s = h->sizes;

	for (size_t i = 0; i < s->nkinds; i++)
		if (strcmp(s->kinds[i].name, name) == 0)
			return (uint8_t)i;
	if (s->nkinds == SIZE_KINDS_MAX || s->nkinds == NO_KIND)
		return NO_KIND;
	struct size_kind *k = &s->kinds[s->nkinds];
	*k = (struct size_kind){.name = name};
	add_variants(h, k);
	return k->nvariants != 0 ? (uint8_t)s->nkinds++ : NO_KIND;
}

static uint8_t kind_of_root(struct js_heap *h, const char *root_name)
{
	size_t len = strlen(root_name);
	char *name = arena_strndup(&h->arena, root_name, len - strlen("_map"));

	return name != NULL ? kind_index(h, name) : NO_KIND;
}

static uint8_t kind_of_type_name(struct js_heap *h, const char *type)
{
	char *name = arena_strdup(&h->arena, type);

	if (name == NULL)
		return NO_KIND;
	for (char *p = name; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return kind_index(h, name);
}

/* The kind of every instance type: by a root map of that type and of variable size, else by its
 * name. */
static void name_kinds(struct js_heap *h)
{
	struct v8_size_rules *s = h->sizes;

	memset(s->type_kinds, NO_KIND, sizeof s->type_kinds);
	for (size_t i = 0; i < h->nroots; i++) {
		size_t len = strlen(h->root_names[i]);
		struct js_map_info info;

		if (len < 5 || strcmp(h->root_names[i] + len - 4, "_map") != 0 ||
		    js_map_info_load(h, h->roots[i], &info) != RC_OK || info.bytes != 0)
			continue;
		uint8_t kind = kind_of_root(h, h->root_names[i]);
		if (kind == NO_KIND)
			continue;
		if (map_put(&s->map_kinds, h->roots[i].bits, kind + 1u) != RC_OK)
			return;
		if (info.type < TYPE_LIMIT && s->type_kinds[info.type] == NO_KIND)
			s->type_kinds[info.type] = kind;
	}
	for (unsigned t = 0; t < TYPE_LIMIT; t++) {
		unsigned classes = h->types.classes[t];
		if ((classes & CLASS_STRING) != 0)
			s->type_kinds[t] = kind_index(
				h, (t & (unsigned)v8_value(&h->layout, V8_OneByteStringTag)) != 0
					   ? "one_byte_string"
					   : "two_byte_string");
		else if (type_is(&h->types, (uint16_t)t, T_NATIVE_CONTEXT))
			s->type_kinds[t] = kind_index(h, "native_context");
		else if ((classes & CLASS_CONTEXT) != 0)
			s->type_kinds[t] = kind_index(h, "context");
		else if (s->type_kinds[t] == NO_KIND && h->types.name[t] != NULL)
			s->type_kinds[t] = kind_of_type_name(h, h->types.name[t]);
	}
}

static uint8_t kind_of_map(const struct js_heap *h, const struct js_map_info *info)
{
	const uint64_t *exact = map_get(&h->sizes->map_kinds, info->map);

	if (exact != NULL && (info->classes & (CLASS_STRING | CLASS_CONTEXT)) == 0)
		return (uint8_t)(*exact - 1);
	return info->type < TYPE_LIMIT ? h->sizes->type_kinds[info->type] : NO_KIND;
}

static void set_simple(struct js_map_info *info, const struct size_rule *r)
{
	if (r->fn != NULL || r->scope)
		return;
	info->at = r->count == COUNT_U32_AT_12 || r->count == COUNT_U30_AT_12 ? 12 : 8;
	info->mask = r->count == COUNT_NONE        ? 0
		     : r->count == COUNT_U16_AT_8  ? UINT16_MAX
		     : r->count == COUNT_U30_AT_12 ? UINT32_MAX >> 2
						   : UINT32_MAX;
	info->header = r->header;
	info->unit = r->unit;
}

enum rc js_map_info_load(const struct js_heap *h, jsval map, struct js_map_info *info)
{
	uint8_t words;

	if (!js_is_map(h, map))
		return RC_BAD;
	*info = (struct js_map_info){.map = map.bits, .kind = NO_KIND};
	TRY(mem_u16(h->mem, jsval_addr(map) + (addr_t)v8_value(&h->layout, V8_Map_instance_type),
		    &info->type));
	TRY(mem_u8(h->mem,
		   jsval_addr(map) + (addr_t)v8_value(&h->layout, V8_Map_instance_size_in_words),
		   &words));
	info->classes = (uint8_t)type_classes(&h->types, info->type);
	info->bytes = (uint16_t)(words * 8);
	if (js_is_root(h, map, R_filler1))
		info->bytes = 8;
	else if (js_is_root(h, map, R_filler2))
		info->bytes = 16;
	if (info->bytes != 0) {
		info->header = info->bytes;
		return RC_OK;
	}
	info->kind = kind_of_map(h, info);
	if (info->kind == NO_KIND)
		return RC_OK;
	const struct size_kind *k = &h->sizes->kinds[info->kind];
	set_simple(info, k->variants[k->chosen]);
	return RC_OK;
}

enum rc size_by_variant(const struct js_heap *h, const struct size_kind *k, unsigned i, addr_t addr,
			uint64_t *size)
{
	const struct size_rule *r = k->variants[i];
	uint64_t words[2] = {0};

	if (r->scope) {
		struct js_scope s;

		TRY(js_scope_decode(h, k->formats[i], addr, &s));
		*size = s.size;
	} else if (r->fn != NULL) {
		TRY(r->fn(h, addr, r->arg, size));
	} else {
		struct js_map_info info = {0};

		set_simple(&info, r);
		if (r->count != COUNT_NONE)
			TRY(mem_read(h->mem, addr, words, sizeof words));
		*size = js_object_size_simple(&info, words);
	}
	return *size >= 8 && *size < SIZE_LIMIT && (*size & 7) == 0 ? RC_OK : RC_BAD;
}

enum rc js_object_size(const struct js_heap *h, const struct js_map_info *info, addr_t addr,
		       uint64_t *size)
{
	if (info->bytes != 0) {
		*size = info->bytes;
		return RC_OK;
	}
	if (info->kind == NO_KIND)
		return RC_UNSUP;
	const struct size_kind *k = &h->sizes->kinds[info->kind];
	return size_by_variant(h, k, k->chosen, addr, size);
}

enum rc js_size_at(const struct js_heap *h, addr_t addr, uint64_t *size)
{
	struct js_map_info info;
	uint64_t map;

	TRY(mem_u64(h->mem, addr, &map));
	TRY(js_map_info_load(h, jsval_of(map), &info));
	return js_object_size(h, &info, addr, size);
}

static void choose(struct js_heap *h, struct size_kind *k)
{
	for (unsigned i = 1; i < k->nvariants; i++)
		if (k->votes[i] > k->votes[k->chosen])
			k->chosen = i;
	if (k->formats[k->chosen] != NULL)
		h->scope = k->formats[k->chosen];
}

enum rc v8_sizes_calibrate(struct js_heap *h, struct why *why)
{
	h->sizes = calloc(1, sizeof *h->sizes);
	if (h->sizes == NULL)
		return why_set(why, RC_NOMEM, 0, "out of memory");
	name_kinds(h);
	for (size_t i = 0; i < scope_nformats && h->scope == NULL; i++)
		if (v8_range_holds(&h->layout, scope_formats[i].range))
			h->scope = &scope_formats[i];
	if (h->scope == NULL)
		h->scope = &scope_formats[scope_nformats - 1];
	TRY(walk_calibrate(h));
	for (size_t i = 0; i < h->sizes->nkinds; i++)
		choose(h, &h->sizes->kinds[i]);
	return RC_OK;
}

void v8_sizes_free(struct js_heap *h)
{
	if (h->sizes != NULL)
		map_free(&h->sizes->map_kinds);
	free(h->sizes);
	h->sizes = NULL;
}
