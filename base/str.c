/*
 * str - see the header.
 */
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct str *b, size_t more)
{
	if (b->failed)
		return false;
	if (more < b->cap - b->n)
		return true;
	size_t cap = b->cap != 0 ? b->cap : 128;
	while (cap - b->n <= more && cap <= SIZE_MAX / 2)
		cap *= 2;
	char *s = cap - b->n > more ? realloc(b->s, cap) : NULL;
	if (s == NULL) {
		b->failed = true;
		return false;
	}
	b->s = s;
	b->cap = cap;
	return true;
}

void str_write(struct str *b, const char *s, size_t len)
{
	if (!reserve(b, len))
		return;
	if (len != 0)
		memcpy(b->s + b->n, s, len);
	b->n += len;
	b->s[b->n] = '\0';
}

void str_putc(struct str *b, char c)
{
	str_write(b, &c, 1);
}

void str_puts(struct str *b, const char *s)
{
	str_write(b, s, strlen(s));
}

void str_vprintf(struct str *b, const char *fmt, va_list ap)
{
	va_list measured;

	va_copy(measured, ap);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): clang 14 loses track of va_copy */
	int n = vsnprintf(NULL, 0, fmt, measured);
	va_end(measured);
	if (n >= 0 && reserve(b, (size_t)n)) {
		vsnprintf(b->s + b->n, (size_t)n + 1, fmt, ap);
		b->n += (size_t)n;
	}
}

void str_printf(struct str *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	str_vprintf(b, fmt, ap);
	va_end(ap);
}

void str_put_codepoint(struct str *b, uint32_t c)
{
	char u[4];
	size_t n;

	if (c < 0x80) {
		u[0] = (char)c;
		n = 1;
	} else if (c < 0x800) {
		u[0] = (char)(0xc0 | c >> 6);
		u[1] = (char)(0x80 | (c & 0x3f));
		n = 2;
	} else if (c < 0x10000) {
		u[0] = (char)(0xe0 | c >> 12);
		u[1] = (char)(0x80 | (c >> 6 & 0x3f));
		u[2] = (char)(0x80 | (c & 0x3f));
		n = 3;
	} else {
		u[0] = (char)(0xf0 | (c >> 18 & 7));
		u[1] = (char)(0x80 | (c >> 12 & 0x3f));
		u[2] = (char)(0x80 | (c >> 6 & 0x3f));
		u[3] = (char)(0x80 | (c & 0x3f));
		n = 4;
	}
	str_write(b, u, n);
}

void str_pad(struct str *b, char c, size_t n)
{
	if (!reserve(b, n))
		return;
	memset(b->s + b->n, c, n);
	b->n += n;
	b->s[b->n] = '\0';
}

void str_put_size(struct str *b, uint64_t bytes)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double v = (double)bytes / 1024;
	int u = 0;

	if (bytes < 1024) {
		str_printf(b, "%u B", (unsigned)bytes);
		return;
	}
	while (v >= 1023.95 && u < 5) {
		v /= 1024;
		u++;
	}
	str_printf(b, "%.1f %s", v, units[u]);
}

void str_put_count(struct str *b, uint64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);

	for (int i = 0; i < len; i++) {
		if (i != 0 && (len - i) % 3 == 0)
			str_putc(b, ',');
		str_putc(b, digits[i]);
	}
}

size_t str_columns(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	return n;
}

const char *str_text(const struct str *b)
{
	return b->s != NULL ? b->s : "";
}

void str_clear(struct str *b)
{
	b->n = 0;
	if (b->s != NULL)
		b->s[0] = '\0';
}

void str_free(struct str *b)
{
	free(b->s);
	*b = (struct str)STR_INIT;
}
