/*
 * sink_json - every row one JSON object on a line of its own, "type" first; what is unknown is
 * null, never left out.
 */
#include "base/json.h"
#include "cmd/sink.h"

#include <stdlib.h>
#include <string.h>

struct json_sink {
	struct sink base;
	FILE *out;
	struct str line;
};

static void number_json(struct json *j, const struct col *col, const struct cell *cell)
{
	switch (col->type) {
	case COL_ADDR:
	case COL_JSVAL:
		json_addr(j, cell->u);
		break;
	case COL_BOOL:
		json_bool(j, cell->u != 0);
		break;
	case COL_INT:
		json_int(j, cell->i);
		break;
	default:
		json_uint(j, cell->u);
	}
}

static void strings_json(struct json *j, const struct cell *cell)
{
	json_array(j);
	for (size_t i = 0; i < cell->len; i++) {
		if (cell->strs[i] != NULL)
			json_string(j, cell->strs[i]);
		else
			json_null(j);
	}
	json_array_end(j);
}

static void cell_json(struct json *j, const struct col *col, const struct cell *cell)
{
	switch (cell->tag) {
	case CELL_NULL:
		json_null(j);
		break;
	case CELL_U64:
		number_json(j, col, cell);
		break;
	case CELL_I64:
		json_int(j, cell->i);
		break;
	case CELL_F64:
		json_double(j, cell->f);
		break;
	case CELL_STR:
		if (col->type == COL_JSON && cell->len != 0)
			json_raw(j, cell->s, cell->len);
		else
			json_string_n(j, cell->s, cell->len);
		break;
	case CELL_STRS:
		strings_json(j, cell);
		break;
	}
}

void row_json(struct str *out, const struct record *rec, const struct cell *cells)
{
	struct json j = JSON_INIT(out);

	json_object(&j);
	json_key(&j, "type");
	json_string(&j, rec->type);
	for (size_t i = 0; rec->cols[i].name != NULL; i++) {
		if ((rec->cols[i].flags & COL_TEXT_ONLY) != 0)
			continue;
		json_key(&j, rec->cols[i].name);
		cell_json(&j, &rec->cols[i], &cells[i]);
	}
	json_object_end(&j);
}

static enum rc json_row(struct sink *s, const struct record *rec, const struct cell *cells)
{
	struct json_sink *js = (struct json_sink *)s;

	str_clear(&js->line);
	row_json(&js->line, rec, cells);
	str_putc(&js->line, '\n');
	return stream_write(js->out, &js->line);
}

static enum rc json_flush(struct sink *s)
{
	return fflush(((struct json_sink *)s)->out) == 0 ? RC_OK : RC_OS;
}

static void json_free(struct sink *s)
{
	str_free(&((struct json_sink *)s)->line);
}

static const struct sink_ops json_ops = {
	.row = json_row,
	.flush = json_flush,
	.free = json_free,
};

struct sink *sink_json_new(FILE *out)
{
	struct json_sink *js = calloc(1, sizeof *js);

	if (js == NULL)
		return NULL;
	js->base.ops = &json_ops;
	js->base.json = true;
	js->out = out;
	return &js->base;
}
