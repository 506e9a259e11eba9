/*
 * json - see the header.
 */
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void separate(struct json *j)
{
	if (j->comma)
		str_putc(j->out, ',');
	j->comma = true;
}

static void open_with(struct json *j, char c)
{
	separate(j);
	str_putc(j->out, c);
	j->comma = false;
}

static void close_with(struct json *j, char c)
{
	str_putc(j->out, c);
	j->comma = true;
}

void json_object(struct json *j)
{
	open_with(j, '{');
}

void json_object_end(struct json *j)
{
	close_with(j, '}');
}

void json_array(struct json *j)
{
	open_with(j, '[');
}

void json_array_end(struct json *j)
{
	close_with(j, ']');
}

/* Bytes in the UTF-8 sequence that starts at s, or 0 when it is not well formed. Surrogates in
 * generalised UTF-8 count as well formed: the caller escapes them. */
static size_t sequence(const unsigned char *s, size_t left)
{
	size_t n = s[0] < 0x80                   ? 1
		   : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
		   : (s[0] & 0xf0) == 0xe0       ? 3
		   : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
						 : 0;

	if (n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90) ||
	    (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

static void escape(struct str *b, unsigned char c)
{
	static const char names[] = "btn\0fr"; /* for 8..13; 11 has no short form */

	if (c == '"' || c == '\\')
		str_printf(b, "\\%c", c);
	else if (c >= 8 && c <= 13 && names[c - 8] != '\0')
		str_printf(b, "\\%c", names[c - 8]);
	else
		str_printf(b, "\\u%04x", c);
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void quoted(struct str *b, const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;

	str_putc(b, '"');
	for (size_t i = 0; i < len;) {
		size_t run = i;
		while (run < len && is_plain(s[run]))
			run++;
		if (run != i) {
			str_write(b, text + i, run - i);
			i = run;
			continue;
		}
		size_t n = sequence(s + i, len - i);
		if (n == 0) {
			str_puts(b, "\\ufffd");
			i++;
		} else if (n == 1) {
			if (s[i] == 0x7f)
				str_putc(b, 0x7f);
			else
				escape(b, s[i]);
			i++;
		} else if (n == 3 && s[i] == 0xed && s[i + 1] >= 0xa0) {
			str_printf(b, "\\u%04x",
				   0xd000u | (s[i + 1] & 0x3fu) << 6 | (s[i + 2] & 0x3fu));
			i += n;
		} else {
			str_write(b, text + i, n);
			i += n;
		}
	}
	str_putc(b, '"');
}

void json_key_n(struct json *j, const char *s, size_t len)
{
	separate(j);
	quoted(j->out, s, len);
	str_putc(j->out, ':');
	j->comma = false;
}

void json_key(struct json *j, const char *s)
{
	json_key_n(j, s, strlen(s));
}

void json_string_n(struct json *j, const char *s, size_t len)
{
	separate(j);
	quoted(j->out, s, len);
}

void json_string(struct json *j, const char *s)
{
	json_string_n(j, s, strlen(s));
}

void json_uint(struct json *j, uint64_t v)
{
	separate(j);
	str_printf(j->out, "%llu", (unsigned long long)v);
}

void json_int(struct json *j, int64_t v)
{
	separate(j);
	str_printf(j->out, "%lld", (long long)v);
}

void str_put_double(struct str *b, double v)
{
	char text[40];

	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	/* JavaScript writes integers below 1e21 in full. */
	if (fabs(v) < 1e21 && v == trunc(v))
		snprintf(text, sizeof text, "%.0f", v);
	str_puts(b, text);
}

void json_double(struct json *j, double v)
{
	separate(j);
	if (isfinite(v))
		str_put_double(j->out, v);
	else
		str_puts(j->out, "null");
}

void json_bool(struct json *j, bool v)
{
	separate(j);
	str_puts(j->out, v ? "true" : "false");
}

void json_null(struct json *j)
{
	separate(j);
	str_puts(j->out, "null");
}

void json_addr(struct json *j, uint64_t addr)
{
	separate(j);
	str_printf(j->out, "\"0x%llx\"", (unsigned long long)addr);
}

void json_raw(struct json *j, const char *s, size_t len)
{
	separate(j);
	str_write(j->out, s, len);
}
