/*
 * mdbish - the program: options, sub-commands, opening the target, exit status. The only file with
 * mutable globals: the flags that signals set, and the session for readline's callbacks.
 */
#include "cmd/say.h"
#include "cmd/session.h"
#include "cmd/version.h"
#include "mdbish/docs.h"
#include "mdbish/layout.h"
#include "mdbish/modules.h"
#include "mdbish/options.h"
#include "mdbish/repl.h"
#include "mdbish/v8.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct session *the_session;
static volatile sig_atomic_t interrupted, file_shrank;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

/* The core got shorter while it is mapped here: its lost pages read as zeros from now on. */
static void on_bus_error(int number, siginfo_t *info, void *context)
{
	const uintptr_t page = (uintptr_t)info->si_addr & ~(uintptr_t)4095;

	(void)context;
	if (info->si_code != BUS_ADRERR ||
	    mmap((void *)page, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
		    MAP_FAILED)
		signal(number, SIG_DFL); /* die of it as anyone would */
	file_shrank = 1;
}

static void set_up_signals(void)
{
	struct sigaction action = {.sa_handler = on_interrupt};
	struct sigaction bus = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};

	sigemptyset(&action.sa_mask);
	sigemptyset(&bus.sa_mask);
	sigaction(SIGBUS, &bus, NULL);
	sigaction(SIGINT, &action, NULL); /* no SA_RESTART: a read of commands ends too */
	signal(SIGPIPE, SIG_IGN);         /* a reader that leaves shows as EPIPE */
}

/* Where escape sequences are not wanted (no-color.org) or not understood. */
static bool is_plain_terminal(void)
{
	const char *term = getenv("TERM");

	return getenv("NO_COLOR") != NULL || term == NULL || strcmp(term, "dumb") == 0;
}

static void set_up_session(struct session *s, const struct options *o)
{
	*s = (struct session){
		.modules = mdbish_modules,
		.jobs = o->jobs,
		.json = o->json,
		.quiet = o->quiet,
		.verbose = o->verbose,
		.keep_going = o->keep_going,
		.color = o->color == COLOR_AUTO && is_plain_terminal() ? COLOR_NEVER : o->color,
		.out = stdout,
		.err = stderr,
		.interrupted = &interrupted,
	};
	v8_attach(s);
	the_session = s;
}

static bool is_pid(const char *target)
{
	return target[strspn(target, "0123456789")] == '\0' && access(target, F_OK) != 0;
}

/* Open the target into the session; false after a message. */
static bool open_target(struct session *s, const struct options *o, const char *path)
{
	struct target_options options = {.exe = o->exe, .sysroot = o->sysroot};
	const char *message = NULL;

	if (is_pid(path)) {
		session_error(
			s, RC_UNSUP,
			"%s would be a running process, which cannot be opened yet; take a core "
			"of it with gcore(1) and open that",
			path);
		return false;
	}
	if (o->write)
		session_warning(s, RC_UNSUP,
				"-w is for running processes, which cannot be opened yet");
	s->target = target_open_core(path, &options, &s->arena, &message);
	if (s->target == NULL) {
		session_error(s, RC_BAD, "%s", message != NULL ? message : path);
		return false;
	}
	s->target->layout_dirs = layout_dirs(&s->arena, o->layouts);
	for (size_t i = 0; i < s->target->nwarnings; i++)
		session_warning(s, RC_OK, "%s", s->target->warnings[i]);
	return true;
}

static void close_target(struct session *s)
{
	v8_detach(s);
	target_close(s->target);
	s->target = NULL;
}

/* False when the script could not be opened. */
static bool run_script(struct session *s, const char *path)
{
	FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");

	if (in == NULL) {
		session_error(s, RC_OS, "cannot open the script %s", path);
		return false;
	}
	(void)!repl_stream(s, in);
	if (in != stdin)
		fclose(in);
	return true;
}

static void run_lines(struct session *s, const struct options *o)
{
	for (size_t i = 0; i < o->nlines && !s->quit && !s->closed; i++) {
		enum rc rc = session_line(s, o->lines[i]);

		if (rc == RC_INTR || (rc != RC_OK && !o->keep_going))
			return;
	}
}

/* What is left in the stream's buffer must not vanish silently. */
static int finish(struct session *s)
{
	if (!s->closed && (fflush(s->out) != 0 || ferror(s->out)) && errno != EPIPE)
		session_error(s, RC_OS, "cannot write the output");
	if (file_shrank)
		session_error(
			s, RC_BAD,
			"a file became shorter while it was read: what was shown may be wrong");
	close_target(s);
	session_free(s);
	return s->failed ? EXIT_FAILED : EXIT_FINE;
}

static int run_session(const struct options *o, const char *path)
{
	struct session s;
	bool fine = true;

	set_up_session(&s, o);
	set_up_signals();
	if (!open_target(&s, o, path)) {
		(void)finish(&s);
		return EXIT_USAGE;
	}
	if (o->nlines != 0) {
		run_lines(&s, o);
	} else if (o->script != NULL) {
		fine = run_script(&s, o->script);
	} else if (!isatty(STDIN_FILENO)) {
		(void)!repl_stream(&s, stdin);
	} else {
		if (!s.quiet && !s.json)
			(void)session_line(&s, "::status");
		repl_interactive(&s);
		s.failed = false; /* the user has seen what failed */
	}
	int status = finish(&s);
	return fine ? status : EXIT_USAGE;
}

/* mdbish help [COMMAND] | --markdown | --man */
static int main_help(int argc, char **argv)
{
	struct options o = {0};
	struct session s;
	struct str text = STR_INIT;

	set_up_session(&s, &o);
	if (argc == 2 && strcmp(argv[1], "--markdown") == 0) {
		docs_markdown(&text);
	} else if (argc == 2 && strcmp(argv[1], "--man") == 0) {
		docs_man(&text);
	} else {
		str_puts(&text, "::help --");
		for (int i = 1; i < argc; i++)
			str_printf(&text, " '%s'", argv[i]);
		if (argc == 1)
			options_usage(stdout);
		if (argc == 1)
			putchar('\n');
		(void)session_line(&s, str_text(&text));
		str_clear(&text);
	}
	fputs(str_text(&text), stdout);
	str_free(&text);
	return finish(&s);
}

/* mdbish stack [options] CORE...: the stacks of every thread, JavaScript and native. */
static int main_stack(int argc, char **argv)
{
	const char *line = "::jsstack -a";
	struct options o;
	int status = EXIT_FINE;

	if (!options_parse(&o, argc, argv)) {
		free(o.lines);
		return EXIT_USAGE;
	}
	free(o.lines);
	o.lines = &line;
	o.nlines = 1;
	if (o.ntargets == 0) {
		fputs("mdbish: stack: which core? mdbish stack CORE...\n", stderr);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < o.ntargets; i++) {
		if (o.ntargets > 1 && !o.json)
			printf("%s%s:\n", i != 0 ? "\n" : "", o.targets[i]);
		int one = run_session(&o, o.targets[i]);
		status = one > status ? one : status;
	}
	return status;
}

static int main_not_built(int argc, char **argv)
{
	(void)argc;
	fprintf(stderr, "mdbish: %s is not built yet; mdbish --help lists what is\n", argv[0]);
	return EXIT_USAGE;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} sub_commands[] = {
	{"help", main_help},         {"stack", main_stack},     {"layout", main_layout},
	{"gcore", main_not_built},   {"panic", main_not_built}, {"batch", main_not_built},
	{"profile", main_not_built}, {"ncore", main_not_built},
};

static int main_debugger(int argc, char **argv)
{
	struct options o;
	int status = EXIT_FINE;

	if (!options_parse(&o, argc, argv)) {
		status = EXIT_USAGE;
	} else if (o.help) {
		options_usage(stdout);
	} else if (o.version) {
		puts("mdbish " MDBISH_VERSION);
	} else if (o.ntargets == 0) {
		fputs("mdbish: which core? mdbish CORE opens one\n", stderr);
		options_usage(stderr);
		status = EXIT_USAGE;
	} else if (o.ntargets > 1) {
		fprintf(stderr,
			"mdbish: one core at a time (and the executable with -x): \"%s\" is "
			"one too many\n",
			o.targets[1]);
		status = EXIT_USAGE;
	} else {
		status = run_session(&o, o.targets[0]);
	}
	free(o.lines);
	return status;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	char *called = slash != NULL ? (char *)slash + 1 : argv[0];

	if (strcmp(called, "ncore") == 0)
		return main_not_built(argc, (char *[]){called, NULL});
	for (size_t i = 0; argc > 1 && i < sizeof sub_commands / sizeof *sub_commands; i++)
		if (strcmp(argv[1], sub_commands[i].name) == 0)
			return sub_commands[i].run(argc - 1, argv + 1);
	return main_debugger(argc, argv);
}
