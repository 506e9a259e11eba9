/*
 * dump - bytes in hexadecimal and as text, 16 a line.
 */
#include "target/cmds/native.h"

#include <inttypes.h>
#include <stdio.h>

#define LINE_BYTES 16

struct args {
	uint64_t bytes;
};

static const struct opt opts[] = {
	OPT_COUNT('n', "bytes", struct args, bytes, NOT_GIVEN,
		  "how many; the count of ADDR,COUNT does the same; 64 otherwise"),
	OPT_END,
};
static const struct record *const records[] = {&record_memory, NULL};
static const struct example examples[] = {
	{"$rsp::dump -n 32", "what is on top of the stack"},
	{"$rsp,128::dump", "more of it"},
	EXAMPLE_END,
};

/* Up to 16 bytes as far as they can be read; a bit of the result stands for each of them. */
static unsigned read_line(struct run *r, addr_t addr, size_t n, uint8_t *bytes)
{
	unsigned good = 0;

	for (size_t i = 0; i < n; i++)
		if (mem_u8(&r->target->mem, addr + i, &bytes[i]) == RC_OK)
			good |= 1u << i;
	return good;
}

/* Bytes that could not be read show as ??. */
static enum rc put_line(struct run *r, addr_t addr, size_t n, const uint8_t *bytes, unsigned good)
{
	char texts[LINE_BYTES][3];
	const char *values[LINE_BYTES];
	struct str line = STR_INIT, plain = STR_INIT;

	str_printf(&line, "0x%" PRIx64 ": ", addr);
	for (size_t i = 0; i < LINE_BYTES; i++) {
		bool ok = (good >> i & 1) != 0;
		uint8_t b = ok ? bytes[i] : 0;

		snprintf(texts[i], sizeof texts[i], ok ? "%02x" : i < n ? "??" : "  ", b);
		values[i] = ok ? texts[i] : NULL;
		str_printf(&line, "%s%s", i % 8 == 0 ? "  " : " ", texts[i]);
		str_putc(&plain, i >= n ? ' ' : !ok ? '?' : b >= 0x20 && b < 0x7f ? (char)b : '.');
	}
	str_printf(&line, "  |%s|", str_text(&plain));
	enum rc rc = row(r->sink, &record_memory, S(str_text(&line)), A(addr), S("dump"), U(1),
			 SS(values, n));
	str_free(&line);
	str_free(&plain);
	return rc;
}

static enum rc dump_run(struct run *r)
{
	const struct args *a = r->args;
	uint64_t bytes = a->bytes != NOT_GIVEN ? a->bytes : r->count != 1 ? r->count : 64;
	addr_t addr = r->has_dot ? r->dot : r->session->dot;

	if (bytes > UINT64_MAX - addr)
		bytes = UINT64_MAX - addr;
	for (uint64_t i = 0; i < bytes; i += LINE_BYTES) {
		size_t n = bytes - i < LINE_BYTES ? (size_t)(bytes - i) : LINE_BYTES;
		uint8_t line[LINE_BYTES];
		unsigned good = read_line(r, addr + i, n, line);

		/* A hole may be as large as the address space: it ends the dump. */
		if (good == 0) {
			enum rc rc = mem_u8(&r->target->mem, addr + i, line);

			return run_error(r, rc, addr + i, i == 0 ? "cannot read" : "the dump ends");
		}
		TRY(put_line(r, addr + i, n, line, good));
	}
	return RC_OK;
}

const struct command cmd_dump = {
	.name = "dump",
	.summary = "print bytes in hexadecimal and as text",
	.needs = NEEDS_TARGET,
	.in = KIND_ADDR,
	.args_size = sizeof(struct args),
	.opts = opts,
	.records = records,
	.examples = examples,
	.run = dump_run,
};
