/*
 * run_say - what a running command may say beside its rows: errors, warnings, progress.
 */
#include "cmd/say.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

#define PROGRESS_AFTER_MS 1000
#define PROGRESS_EVERY_MS 200

bool run_interrupted(const struct run *r)
{
	const struct session *s = r->session;

	return s != NULL && s->interrupted != NULL && *s->interrupted != 0;
}

enum rc run_error(struct run *r, enum rc rc, uint64_t addr, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	session_say(r->session, &(struct say){rc, r->command->name, addr, false}, fmt, ap);
	va_end(ap);
	r->said = true;
	return rc;
}

void run_warning(struct run *r, enum rc rc, uint64_t addr, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	session_say(r->session, &(struct say){rc, r->command->name, addr, true}, fmt, ap);
	va_end(ap);
}

enum rc run_why(struct run *r, const struct why *why)
{
	return run_error(r, why->rc, why->addr, "%s",
			 why->what != NULL ? why->what : rc_meaning(why->rc));
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

void run_progress(struct run *r, const char *what, uint64_t done, uint64_t total)
{
	struct session *s = r->session;
	uint64_t now;

	if (s->quiet)
		return;
	now = now_ms();
	if (s->progress.started == 0)
		s->progress.started = now;
	if (now - s->progress.started < PROGRESS_AFTER_MS ||
	    now - s->progress.drawn < PROGRESS_EVERY_MS || !isatty(fileno(s->err)))
		return; /* the terminal is asked last: that is a system call */
	s->progress.drawn = now;
	if (total != 0)
		fprintf(s->err, "\r%s: %.0f %%\033[K", what,
			100 * (double)(done < total ? done : total) / (double)total);
	else
		fprintf(s->err, "\r%s: %" PRIu64 "\033[K", what, done);
	fflush(s->err);
}

void progress_clear(struct session *s)
{
	if (s->progress.drawn != 0)
		fputs("\r\033[K", s->err);
	s->progress.drawn = 0;
}

void progress_reset(struct session *s)
{
	progress_clear(s);
	s->progress.started = 0;
}
