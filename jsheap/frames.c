/*
 * frames - see the header.
 */
#include "jsheap/frames.h"

#include "base/vec.h"
#include "jsheap/builtins.h"
#include "jsheap/function.h"
#include "target/unwind.h"

#include <string.h>

#define CODE_SEARCH_BYTES (1u << 20)
#define CODE_START_MAX    0x1000u

const char *js_frame_kind_name(enum js_frame_kind kind)
{
	static const char *const names[] = {"native", "js",        "builtin",  "entry",
					    "exit",   "construct", "internal", "wasm"};

	return names[kind];
}

const char *js_tier_name(enum js_tier tier)
{
	static const char *const names[] = {NULL, "interpreted", "baseline", "maglev", "turbofan"};

	return names[tier];
}

const char *js_frame_builtin(const struct js_frame *f)
{
	const char *name = f->symbol.name;

	return name != NULL && strncmp(name, JS_BUILTIN_PREFIX, strlen(JS_BUILTIN_PREFIX)) == 0
		       ? name + strlen(JS_BUILTIN_PREFIX)
		       : NULL;
}

struct load {
	struct target *target;
	const struct js_heap *heap;
	VEC(struct js_frame) frames;
};

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static bool is_interpreter(const struct js_frame *f)
{
	const char *name = f->symbol.name;

	return name != NULL && (strncmp(name, JS_BUILTIN_PREFIX "InterpreterE", 20) == 0 ||
				ends_with(name, "Handler"));
}

/* The machine code around pc: its InstructionStream is the next object before it. */
static enum js_tier tier_of_code(const struct js_heap *h, addr_t pc)
{
	const struct v8_layout *l = &h->layout;
	const struct js_page *p = js_page_at(h, pc);
	jsval code;
	uint32_t flags;

	if (p == NULL || !v8_has(l, V8_Code_flags) || !v8_has(l, V8_code_kind_baseline))
		return TIER_UNKNOWN;
	for (addr_t a = pc & ~(addr_t)7; a >= p->start && a + CODE_SEARCH_BYTES > pc; a -= 8) {
		if (!js_is(h, jsval_object(a), T_INSTRUCTION_STREAM))
			continue;
		if (js_field(h, jsval_object(a), v8_value(l, V8_InstructionStream_code), &code) !=
			    RC_OK ||
		    js_word32(h, code, v8_value(l, V8_Code_flags), &flags) != RC_OK)
			break;
		int64_t kind = (flags & (uint32_t)v8_value(l, V8_code_kind_mask)) -
			       v8_value(l, V8_code_kind_baseline);
		return kind == 0   ? TIER_BASELINE
		       : kind == 1 ? TIER_MAGLEV
		       : kind == 2 ? TIER_TURBOFAN
				   : TIER_UNKNOWN;
	}
	return TIER_UNKNOWN;
}

static const struct {
	enum v8_field field;
	enum js_frame_kind kind;
} markers[] = {
	{V8_frame_type_Entry, FRAME_ENTRY},         {V8_frame_type_ConstructEntry, FRAME_ENTRY},
	{V8_frame_type_Exit, FRAME_EXIT},           {V8_frame_type_BuiltinExit, FRAME_EXIT},
	{V8_frame_type_Construct, FRAME_CONSTRUCT}, {V8_frame_type_FastConstruct, FRAME_CONSTRUCT},
};

/* V8's name of a frame type, from its v8dbg_ symbol. */
static const char *type_of_marker(const struct v8_layout *l, uint64_t type)
{
	static const char prefix[] = "frametype_";

	for (size_t i = 0; i < l->nconstants; i++)
		if (strncmp(l->constants[i].name, prefix, sizeof prefix - 1) == 0 &&
		    (uint64_t)l->constants[i].value == type)
			return l->constants[i].name + sizeof prefix - 1;
	return NULL;
}

static void typed_frame(const struct js_heap *h, uint64_t marker, struct js_frame *f)
{
	uint64_t type = marker >> 1;

	f->kind = FRAME_INTERNAL;
	f->type = type_of_marker(&h->layout, type);
	if (f->type != NULL && strstr(f->type, "Wasm") != NULL)
		f->kind = FRAME_WASM;
	else if (f->type != NULL && strstr(f->type, "ExitFrame") != NULL)
		f->kind = FRAME_EXIT;
	for (size_t i = 0; i < sizeof markers / sizeof markers[0]; i++)
		if (v8_has(&h->layout, markers[i].field) &&
		    (uint64_t)v8_value(&h->layout, markers[i].field) == type)
			f->kind = markers[i].kind;
}

static void function_frame(const struct js_heap *h, jsval function, struct js_frame *f)
{
	struct js_function fn;

	f->function = function;
	f->kind = js_function_load(h, function, &fn) == RC_OK && fn.script.bits != 0
			  ? FRAME_JS
			  : FRAME_BUILTIN;
	if (f->kind == FRAME_JS)
		f->tier = is_interpreter(f) ? TIER_INTERPRETED : tier_of_code(h, f->pc);
}

/* A frame of V8's: what the words below its frame pointer say. */
static void v8_frame(const struct js_heap *h, struct js_frame *f)
{
	uint64_t word, function;

	f->kind = FRAME_INTERNAL;
	if (f->fp == 0 ||
	    mem_u64(h->mem, f->fp + (addr_t)v8_value(&h->layout, V8_frame_context_or_type),
		    &word) != RC_OK)
		return;
	if ((word & 1) == 0) {
		if (word < CODE_START_MAX)
			typed_frame(h, word, f);
		return;
	}
	if ((js_classes(h, jsval_of(word)) & CLASS_CONTEXT) == 0 ||
	    mem_u64(h->mem, f->fp + (addr_t)v8_value(&h->layout, V8_frame_function), &function) !=
		    RC_OK)
		return;
	if (js_is_function(h, jsval_of(function)))
		function_frame(h, jsval_of(function), f);
}

static enum rc take(void *ctx, const struct native_frame *n)
{
	struct load *l = ctx;
	struct js_frame f = {.kind = FRAME_NATIVE, .pc = n->pc, .fp = n->fp, .is_call = n->is_call};
	addr_t at = n->pc - (n->is_call ? 1 : 0);

	if (l->heap != NULL && js_builtin_at(l->heap, at, &f.symbol, &f.offset)) {
		f.objfile = target_objfile_at(l->target, at, NULL);
		f.offset += n->is_call ? 1 : 0;
	} else if (target_symbol_at(l->target, at, &f.objfile, &f.symbol, &f.offset) != RC_OK) {
		f.objfile = target_objfile_at(l->target, at, NULL);
		f.symbol.name = NULL;
	} else {
		f.offset += n->is_call ? 1 : 0;
	}
	bool builtin = js_frame_builtin(&f) != NULL;
	/* Where nothing tells the builtins, the words of the frame alone tell C++ from them. */
	bool told = l->heap != NULL && l->heap->nbuiltins != 0;
	if (l->heap != NULL && (builtin || f.objfile == NULL || (f.symbol.name == NULL && !told)))
		v8_frame(l->heap, &f);
	if (f.kind == FRAME_INTERNAL && f.type == NULL && !builtin && f.objfile != NULL)
		f.kind = FRAME_NATIVE;
	return vec_push(&l->frames, f);
}

enum rc js_stack_load(struct target *t, const struct js_heap *h, const struct thread *th,
		      size_t limit, struct js_stack *stack)
{
	struct load l = {.target = t, .heap = h};

	stack->end = target_unwind(t, th, limit, take, &l);
	for (size_t i = 0; i + 1 < l.frames.n; i++)
		l.frames.at[i].constructor = l.frames.at[i].kind != FRAME_NATIVE &&
					     l.frames.at[i + 1].kind == FRAME_CONSTRUCT;
	stack->frames = l.frames.at;
	stack->n = l.frames.n;
	return stack->end == RC_NOMEM ? RC_NOMEM : RC_OK;
}

void js_stack_free(struct js_stack *stack)
{
	free(stack->frames);
	*stack = (struct js_stack){0};
}
