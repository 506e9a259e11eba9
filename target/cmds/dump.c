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

/* One line of up to 16 bytes; those that cannot be read show as ??. Returns how many were read. */
static enum rc put_line(struct run *r, addr_t addr, size_t n, size_t *good)
{
	char texts[LINE_BYTES][3];
	const char *values[LINE_BYTES];
	struct str line = STR_INIT, plain = STR_INIT;

	str_printf(&line, "0x%" PRIx64 ": ", addr);
	for (size_t i = 0; i < LINE_BYTES; i++) {
		uint8_t b = 0;
		bool ok = i < n && mem_u8(&r->target->mem, addr + i, &b) == RC_OK;

		*good += ok;
		if (i < n)
			snprintf(texts[i], sizeof texts[i], ok ? "%02x" : "??", b);
		values[i] = i < n && ok ? texts[i] : NULL;
		str_printf(&line, "%s%s", i % 8 == 0 ? "  " : " ", i < n ? texts[i] : "  ");
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
	size_t good = 0;
	uint8_t first;
	enum rc rc = mem_u8(&r->target->mem, addr, &first);

	if (rc != RC_OK)
		return run_error(r, rc, addr, "cannot read");
	if (bytes > UINT64_MAX - addr)
		bytes = UINT64_MAX - addr;
	for (uint64_t i = 0; i < bytes; i += LINE_BYTES) {
		size_t before = good;
		size_t n = bytes - i < LINE_BYTES ? (size_t)(bytes - i) : LINE_BYTES;

		TRY(put_line(r, addr + i, n, &good));
		/* A hole may be as large as the address space. */
		if (good == before)
			return run_error(r, RC_FAULT, addr + i, "the memory ends here");
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
