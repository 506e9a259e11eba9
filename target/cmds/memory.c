/*
 * memory - how a number from memory is written, in the letters of gdb.
 */
#include "target/cmds/native.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

static const struct col cols[] = {
	{"text", COL_STR, COL_TEXT_ONLY, NULL},    {"address", COL_ADDR, COL_JSON_ONLY, NULL},
	{"format", COL_STR, COL_JSON_ONLY, NULL},  {"size", COL_UINT, COL_JSON_ONLY, NULL},
	{"values", COL_STRS, COL_JSON_ONLY, NULL}, COL_END,
};
const struct record record_memory = {"memory", LAYOUT_LINES, cols};

static int64_t as_signed(uint64_t v, unsigned size)
{
	unsigned shift = 64 - size * 8;

	return (int64_t)(v << shift) >> shift;
}

static void put_double(struct str *out, unsigned size, uint64_t v)
{
	double d;
	float f;
	uint32_t low = (uint32_t)v;

	if (size == 4) {
		memcpy(&f, &low, sizeof f);
		str_printf(out, "%.9g", (double)f);
	} else {
		memcpy(&d, &v, sizeof d);
		str_printf(out, "%.17g", d);
	}
}

static void put_binary(struct str *out, unsigned size, uint64_t v)
{
	for (unsigned i = size * 8; i-- > 0;)
		str_putc(out, (v >> i & 1) != 0 ? '1' : '0');
}

static void put_char(struct str *out, uint64_t v)
{
	unsigned c = v & 0xff;

	str_printf(out, "%d ", (int)(int8_t)c);
	if (c == '\'' || c == '\\')
		str_printf(out, "'\\%c'", (int)c);
	else if (isprint((int)c) && c < 0x80)
		str_printf(out, "'%c'", (int)c);
	else
		str_printf(out, "'\\x%02x'", c);
}

void put_value(struct target *t, struct str *out, char letter, unsigned size, uint64_t v)
{
	struct str symbol = STR_INIT;

	switch (letter) {
	case 'd':
		str_printf(out, "%" PRId64, as_signed(v, size));
		break;
	case 'u':
		str_printf(out, "%" PRIu64, v);
		break;
	case 'o':
		str_printf(out, "0%" PRIo64, v);
		break;
	case 't':
		put_binary(out, size, v);
		break;
	case 'c':
		put_char(out, v);
		break;
	case 'f':
		put_double(out, size, v);
		break;
	case 'a':
		str_printf(out, "0x%" PRIx64, v);
		if (t != NULL && put_symbol(t, v, false, &symbol))
			str_printf(out, " <%s>", str_text(&symbol));
		str_free(&symbol);
		break;
	default:
		str_printf(out, "0x%0*" PRIx64, (int)size * 2, v);
	}
}

/* One byte as in a C string. */
static void put_byte(struct str *out, unsigned char c)
{
	static const char from[] = "\a\b\033\f\n\r\t\v\"\\", to[] = "abefnrtv\"\\";
	const char *known = c != '\0' ? strchr(from, c) : NULL;

	if (known != NULL)
		str_printf(out, "\\%c", to[known - from]);
	else if (c >= 0x20 && c != 0x7f)
		str_putc(out, (char)c);
	else
		str_printf(out, "\\x%02x", c);
}

uint64_t put_cstring(struct target *t, addr_t addr, uint64_t limit, struct str *out, enum rc *rc)
{
	uint64_t n = 0;

	str_putc(out, '"');
	for (; n < limit; n++) {
		uint8_t c;

		*rc = mem_u8(&t->mem, addr + n, &c);
		if (*rc != RC_OK) {
			str_puts(out, "\"...");
			return n;
		}
		if (c == 0) {
			str_putc(out, '"');
			return n + 1;
		}
		put_byte(out, c);
	}
	str_puts(out, "\"...");
	return n;
}
