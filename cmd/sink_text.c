/*
 * sink_text - rows for people.
 *
 * A table's widths must be known before its first line is out, and a heap has millions of rows: the
 * first rows are held back until there are enough of them to judge by, or until a slow command has
 * kept the user waiting; then the header and they are written, and the rest streams with the widths
 * found so far (a wider cell shifts its own line only).
 */
#include "base/json.h"
#include "base/vec.h"
#include "cmd/sink.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HELD_ROWS   256
#define HELD_MS     300
#define COLUMNS_MAX 32
#define WIDTH_MAX   60 /* one odd cell must not push the whole table apart */

struct text_sink {
	struct sink base;
	FILE *out;
	bool color;
	const struct record *rec; /* of the table that is open; NULL: none */
	const struct col *cols[COLUMNS_MAX];
	size_t index[COLUMNS_MAX], ncols;
	size_t width[COLUMNS_MAX];
	bool streaming;   /* the header is out */
	struct str held;  /* the cells held back, one after the other */
	VEC(size_t) ends; /* where each of them ends */
	uint64_t since;   /* when the first one came, ms */
	struct str line;
	bool fields_before; /* a LAYOUT_FIELDS row was the last thing written */
};

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static bool is_left(const struct col *c)
{
	return (c->flags & COL_LEFT) != 0 || c->type == COL_STR || c->type == COL_STRS ||
	       c->type == COL_BOOL || c->type == COL_JSON;
}

static void number_text(struct str *out, const struct col *col, uint64_t u)
{
	switch (col->type) {
	case COL_ADDR:
	case COL_JSVAL:
		str_printf(out, "0x%" PRIx64, u);
		break;
	case COL_SIZE:
		str_put_size(out, u);
		break;
	case COL_BOOL:
		str_puts(out, u != 0 ? "yes" : "no");
		break;
	case COL_UINT:
		str_put_count(out, u);
		break;
	case COL_INT:
		str_printf(out, "%" PRId64, (int64_t)u);
		break;
	default:
		str_printf(out, "%" PRIu64, u);
	}
}

static void strings_text(struct str *out, const struct cell *cell, bool lines)
{
	for (size_t i = 0; i < cell->len; i++) {
		if (i != 0)
			str_puts(out, ", ");
		if (cell->strs[i] != NULL)
			text_safe(out, cell->strs[i], strlen(cell->strs[i]), lines);
		else
			str_putc(out, '-');
	}
}

void cell_text(struct str *out, const struct col *col, const struct cell *cell, bool lines)
{
	switch (cell->tag) {
	case CELL_NULL:
		str_putc(out, '-');
		break;
	case CELL_U64:
		number_text(out, col, cell->u);
		break;
	case CELL_I64:
		str_printf(out, "%" PRId64, cell->i);
		break;
	case CELL_F64:
		str_put_double(out, cell->f);
		break;
	case CELL_STR:
		text_safe(out, cell->s, cell->len, lines);
		break;
	case CELL_STRS:
		strings_text(out, cell, lines);
		break;
	}
}

static void put_heading(struct str *out, const struct col *c)
{
	if (c->heading != NULL) {
		str_puts(out, c->heading);
		return;
	}
	for (const char *p = c->name; *p != '\0'; p++)
		str_putc(out, *p == '_'                ? ' '
			      : *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A')
						       : *p);
}

/* Append one cell to the line, padded to the column's width. */
static void put_padded(struct text_sink *t, size_t i, const char *s, size_t len)
{
	size_t wide = str_columns(s, len), width = t->width[i];
	size_t pad = wide < width ? width - wide : 0;
	bool left = is_left(t->cols[i]);

	if (i != 0)
		str_puts(&t->line, "  ");
	if (!left)
		str_pad(&t->line, ' ', pad);
	str_write(&t->line, s, len);
	if (left && i + 1 < t->ncols)
		str_pad(&t->line, ' ', pad);
}

static enum rc put_line(struct text_sink *t)
{
	while (t->line.n != 0 && t->line.s[t->line.n - 1] == ' ')
		t->line.n--;
	str_putc(&t->line, '\n');
	enum rc rc = stream_write(t->out, &t->line);
	str_clear(&t->line);
	return rc;
}

static enum rc put_header(struct text_sink *t)
{
	struct str name = STR_INIT;

	if (t->color)
		str_puts(&t->line, "\033[1m");
	for (size_t i = 0; i < t->ncols; i++) {
		str_clear(&name);
		put_heading(&name, t->cols[i]);
		put_padded(t, i, str_text(&name), name.n);
	}
	str_free(&name);
	if (t->color)
		str_puts(&t->line, "\033[0m");
	return put_line(t);
}

/* Write the header and the rows held back; from here on the table streams. */
static enum rc release(struct text_sink *t)
{
	size_t at = 0;
	enum rc rc;

	if (t->rec == NULL || t->streaming)
		return RC_OK;
	t->streaming = true;
	rc = put_header(t);
	for (size_t i = 0; i < t->ends.n && rc == RC_OK; i++) {
		put_padded(t, i % t->ncols, t->held.s + at, t->ends.at[i] - at);
		at = t->ends.at[i];
		if (i % t->ncols == t->ncols - 1)
			rc = put_line(t);
	}
	str_clear(&t->held);
	t->ends.n = 0;
	return rc;
}

static enum rc close_table(struct text_sink *t)
{
	enum rc rc = release(t);

	t->rec = NULL;
	return rc;
}

static void choose_columns(struct text_sink *t, const struct record *rec)
{
	t->ncols = 0;
	for (size_t i = 0; rec->cols[i].name != NULL && t->ncols < COLUMNS_MAX; i++) {
		if ((rec->cols[i].flags & COL_JSON_ONLY) != 0)
			continue;
		t->cols[t->ncols] = &rec->cols[i];
		t->index[t->ncols++] = i;
	}
}

static void open_table(struct text_sink *t, const struct record *rec)
{
	struct str name = STR_INIT;

	t->rec = rec;
	t->streaming = false;
	t->since = now_ms();
	choose_columns(t, rec);
	for (size_t i = 0; i < t->ncols; i++) {
		str_clear(&name);
		put_heading(&name, t->cols[i]);
		t->width[i] = str_columns(str_text(&name), name.n);
	}
	str_free(&name);
}

static enum rc table_row(struct text_sink *t, const struct record *rec, const struct cell *cells)
{
	if (t->rec != rec) {
		TRY(close_table(t));
		open_table(t, rec);
	}
	for (size_t i = 0; i < t->ncols; i++) {
		size_t start = t->held.n;

		cell_text(&t->held, t->cols[i], &cells[t->index[i]], false);
		if (t->held.failed)
			return RC_NOMEM;
		const char *s = t->held.n > start ? t->held.s + start : "";
		size_t len = t->held.n - start;
		if (t->streaming) {
			put_padded(t, i, s, len);
			str_clear(&t->held);
			continue;
		}
		size_t wide = str_columns(s, len);
		if (wide > t->width[i])
			t->width[i] = wide < WIDTH_MAX ? wide : WIDTH_MAX;
		TRY(vec_push(&t->ends, t->held.n));
	}
	if (t->streaming)
		return put_line(t);
	if (t->ends.n >= HELD_ROWS * t->ncols || now_ms() - t->since > HELD_MS)
		return release(t);
	return RC_OK;
}

static enum rc lines_row(struct text_sink *t, const struct record *rec, const struct cell *cells)
{
	bool first = true;

	for (size_t i = 0; rec->cols[i].name != NULL; i++) {
		if ((rec->cols[i].flags & COL_JSON_ONLY) != 0)
			continue;
		if (!first)
			str_putc(&t->line, ' ');
		first = false;
		cell_text(&t->line, &rec->cols[i], &cells[i], true);
	}
	str_putc(&t->line, '\n');
	enum rc rc = stream_write(t->out, &t->line);
	str_clear(&t->line);
	return rc;
}

static enum rc fields_row(struct text_sink *t, const struct record *rec, const struct cell *cells)
{
	size_t width = 0;

	choose_columns(t, rec);
	for (size_t i = 0; i < t->ncols; i++)
		if (strlen(t->cols[i]->name) > width)
			width = strlen(t->cols[i]->name);
	if (t->fields_before)
		str_putc(&t->line, '\n');
	for (size_t i = 0; i < t->ncols; i++) {
		const char *name =
			t->cols[i]->heading != NULL ? t->cols[i]->heading : t->cols[i]->name;

		str_printf(&t->line, "%s:", name);
		str_pad(&t->line, ' ', width > strlen(name) ? width - strlen(name) + 1 : 1);
		cell_text(&t->line, t->cols[i], &cells[t->index[i]], false);
		str_putc(&t->line, '\n');
	}
	enum rc rc = stream_write(t->out, &t->line);
	str_clear(&t->line);
	t->fields_before = true;
	return rc;
}

static enum rc text_row(struct sink *s, const struct record *rec, const struct cell *cells)
{
	struct text_sink *t = (struct text_sink *)s;

	if (rec->layout != LAYOUT_FIELDS)
		t->fields_before = false;
	if (rec->layout == LAYOUT_TABLE)
		return table_row(t, rec, cells);
	TRY(close_table(t));
	return rec->layout == LAYOUT_LINES ? lines_row(t, rec, cells) : fields_row(t, rec, cells);
}

static void text_heading(struct sink *s, const char *text)
{
	struct text_sink *t = (struct text_sink *)s;

	/* A closed output shows at the next row. */
	if (close_table(t) != RC_OK)
		return;
	text_safe(&t->line, text, strlen(text), true);
	str_putc(&t->line, '\n');
	(void)!stream_write(t->out, &t->line);
	str_clear(&t->line);
	t->fields_before = false;
}

static enum rc text_flush(struct sink *s)
{
	struct text_sink *t = (struct text_sink *)s;

	TRY(close_table(t));
	return fflush(t->out) == 0 ? RC_OK : RC_OS;
}

static void text_free(struct sink *s)
{
	struct text_sink *t = (struct text_sink *)s;

	str_free(&t->held);
	str_free(&t->line);
	vec_free(&t->ends);
}

static const struct sink_ops text_ops = {
	.row = text_row,
	.heading = text_heading,
	.flush = text_flush,
	.free = text_free,
};

struct sink *sink_text_new(FILE *out, bool color)
{
	struct text_sink *t = calloc(1, sizeof *t);

	if (t == NULL)
		return NULL;
	t->base.ops = &text_ops;
	t->base.text = true;
	t->out = out;
	t->color = color;
	return &t->base;
}
