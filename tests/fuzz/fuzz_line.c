/*
 * fuzz_line - libFuzzer: any bytes as lines of the language, on a target of a few bytes. What the
 * shell would run is refused; the output goes to memory that is thrown away.
 *
 * The first byte chooses text or JSON, so that both sinks see everything.
 */
#include "cmd/core.h"
#include "cmd/session.h"
#include "target/cmds/native.h"

#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct module *const modules[] = {&module_core, &module_native, NULL};

static struct target *small_target(struct thread *threads, const uint8_t *bytes, size_t len)
{
	struct target *t = target_new_empty();
	struct segment seg = {
		.start = 0x1000, .end = 0x1000 + len, .data = bytes, .rank = RANK_CORE};

	if (t == NULL || mem_add(&t->mem, &seg) != RC_OK || mem_seal(&t->mem) != RC_OK)
		abort();
	threads[0] = (struct thread){.tid = 77, .name = "one"};
	threads[1] = (struct thread){.tid = 78};
	threads[0].regs[AMD64_RSP] = 0x1010;
	t->threads = threads;
	t->nthreads = 2;
	return t;
}

struct drain {
	size_t bytes;
	volatile sig_atomic_t *interrupted;
};

/* Lines that make much output from little are cut by the flag of ^C, which every sink looks at. */
static ssize_t swallow(void *cookie, const char *buf, size_t size)
{
	struct drain *d = cookie;

	(void)buf;
	d->bytes += size;
	if (d->bytes > 1 << 20)
		*d->interrupted = 1;
	return (ssize_t)size;
}

static FILE *swallower(struct drain *d)
{
	static const cookie_io_functions_t io = {.write = swallow};
	FILE *f = fopencookie(d, "w", io);

	if (f == NULL)
		abort();
	return f;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t bytes[64] = "text\0with \x1b[1m\xff\xfe some odd \xe2\x80\xa8 bytes";
	volatile sig_atomic_t interrupted = 0;
	struct thread threads[2];
	char line[LINE_MAX_BYTES + 1];

	if (size == 0 || size > LINE_MAX_BYTES)
		return 0;
	memcpy(line, data + 1, size - 1);
	line[size - 1] = '\0';
	struct session s = {
		.modules = modules,
		.jobs = 1,
		.no_shell = true,
		.keep_going = true,
		.json = (data[0] & 1) != 0,
		.interrupted = &interrupted,
		.color = (data[0] & 2) != 0 ? COLOR_ALWAYS : COLOR_NEVER,
	};
	struct drain drain = {0, &interrupted};

	s.out = swallower(&drain);
	s.err = swallower(&drain);
	s.target = small_target(threads, bytes, sizeof bytes);
	(void)!session_line(&s, line);
	for (int i = 0; i < 3; i++)
		free(session_complete(&s, line, strlen(line) - strlen(line) / (size_t)(i + 1), i));
	fclose(s.out);
	fclose(s.err);
	target_close(s.target);
	session_free(&s);
	return 0;
}
