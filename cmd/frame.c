/*
 * frame - see the header.
 */
#include "cmd/frame.h"

static const struct col cols[] = {
	{"text", COL_STR, COL_TEXT_ONLY | COL_LEFT, NULL},
	{"thread", COL_THREAD, COL_JSON_ONLY, NULL},
	{"index", COL_UINT, COL_JSON_ONLY, NULL},
	{"kind", COL_STR, COL_JSON_ONLY, NULL},
	{"function", COL_STR, COL_JSON_ONLY, NULL},
	{"display", COL_STR, COL_JSON_ONLY, NULL},
	{"file", COL_STR, COL_JSON_ONLY, NULL},
	{"line", COL_UINT, COL_JSON_ONLY, NULL},
	{"column", COL_UINT, COL_JSON_ONLY, NULL},
	{"tier", COL_STR, COL_JSON_ONLY, NULL},
	{"inlined", COL_BOOL, COL_JSON_ONLY, NULL},
	{"async", COL_BOOL, COL_JSON_ONLY, NULL},
	{"constructor", COL_BOOL, COL_JSON_ONLY, NULL},
	{"pc", COL_ADDR, COL_JSON_ONLY, NULL},
	{"fp", COL_ADDR, COL_JSON_ONLY, NULL},
	{"offset", COL_UINT, COL_JSON_ONLY, NULL},
	{"module", COL_STR, COL_JSON_ONLY, NULL},
	{"receiver", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"arguments", COL_JSON, COL_JSON_ONLY, NULL},
	{"function_address", COL_JSVAL, COL_JSON_ONLY, NULL},
	{"script_line", COL_UINT, COL_JSON_ONLY, NULL},
	{"script_column", COL_UINT, COL_JSON_ONLY, NULL},
	COL_END,
};
const struct record frame_record = {"frame", LAYOUT_LINES, cols};

static struct cell or_null(uint64_t v)
{
	return v != 0 ? U(v) : NUL;
}

static struct cell tri_state(enum known k)
{
	return k != KNOWN_NOT ? B(k == KNOWN_TRUE) : NUL;
}

enum rc frame_row(struct sink *s, const struct frame_fields *f)
{
	return row(s, &frame_record, SN(f->text, f->text_len), U(f->thread), U(f->index),
		   S(f->kind), S(f->function), S(f->display), S(f->file), or_null(f->line),
		   or_null(f->column), S(f->tier), tri_state(f->inlined), tri_state(f->async),
		   tri_state(f->constructor), U(f->pc), or_null(f->fp),
		   f->has_offset ? U(f->offset) : NUL, S(f->module), or_null(f->receiver),
		   S(f->arguments), or_null(f->function_address), or_null(f->script_line),
		   or_null(f->script_column));
}
