/*
 * str - a growing string, the buffer that rows are rendered into.
 *
 * Running out of memory is sticky: the calls after it do nothing, `failed` stays set, and whoever
 * hands the text on looks at it once.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
	char *s;  /* NUL-terminated once anything was added; NULL before */
	size_t n; /* bytes in use, without the NUL */
	size_t cap;
	bool failed;
};

#define STR_INIT  \
	{         \
		0 \
	}

void str_putc(struct str *b, char c);
void str_puts(struct str *b, const char *s);
void str_write(struct str *b, const char *s, size_t len);
void str_printf(struct str *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void str_vprintf(struct str *b, const char *fmt, va_list ap);

/* One Unicode code point as UTF-8. Lone surrogates are written in the generalised form (WTF-8). */
void str_put_codepoint(struct str *b, uint32_t c);

/* `n` times the byte `c`. */
void str_pad(struct str *b, char c, size_t n);

/* Human size: "812 B", "24.7 MiB". */
void str_put_size(struct str *b, uint64_t bytes);

/* Decimal with thousands separators: "412,003". */
void str_put_count(struct str *b, uint64_t n);

/* Columns that UTF-8 text takes on a terminal, one for each code point. */
size_t str_columns(const char *s, size_t len);

/* The text, never NULL. */
const char *str_text(const struct str *b);

/* Empty it but keep the memory. */
void str_clear(struct str *b);
void str_free(struct str *b);

#endif
