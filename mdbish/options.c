/*
 * options - see the header.
 */
#include "mdbish/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPT_SYSROOT = 256, OPT_LAYOUTS, OPT_JSON, OPT_COLOR, OPT_KEEP_GOING, OPT_HELP, OPT_VERSION };

static const struct option long_options[] = {
	{"exec", required_argument, NULL, 'e'},
	{"script", required_argument, NULL, 's'},
	{"exe", required_argument, NULL, 'x'},
	{"sysroot", required_argument, NULL, OPT_SYSROOT},
	{"layouts", required_argument, NULL, OPT_LAYOUTS},
	{"jobs", required_argument, NULL, 'j'},
	{"json", no_argument, NULL, OPT_JSON},
	{"color", required_argument, NULL, OPT_COLOR},
	{"quiet", no_argument, NULL, 'q'},
	{"verbose", no_argument, NULL, 'v'},
	{"write", no_argument, NULL, 'w'},
	{"keep-going", no_argument, NULL, OPT_KEEP_GOING},
	{"help", no_argument, NULL, OPT_HELP},
	{"version", no_argument, NULL, OPT_VERSION},
	{0},
};

const struct option_text option_texts[] = {
	{"-e, --exec CMD", "run CMD and exit; may repeat"},
	{"-s, --script FILE", "run the commands in FILE ('-': standard input)"},
	{"--keep-going", "go on after an error of a command"},
	{"-x, --exe FILE", "the executable, where the core's own path no longer holds it"},
	{"--sysroot DIR", "look executables and libraries up below DIR"},
	{"--layouts DIR", "layout files, where the executable is not to be had"},
	{"-j, --jobs N", "threads of the big passes (default: all processors)"},
	{"--json", "one JSON object per line on standard output"},
	{"--color WHEN", "auto, always or never"},
	{"-q, --quiet", "no banner, no warnings"},
	{"-v, --verbose", "say more"},
	{"-w, --write", "allow writing to a live target"},
	{"--help", "this text"},
	{"--version", "the version"},
	{NULL, NULL},
};

void options_usage(FILE *out)
{
	fputs("usage: mdbish [options] CORE                       interactive debugger\n"
	      "       mdbish [options] -e CMD [-e CMD ...] CORE   run commands, print, exit\n"
	      "       mdbish [options] -s SCRIPT CORE             commands from a file\n"
	      "       mdbish stack [options] CORE...              the stacks of every thread\n"
	      "       mdbish layout export [-o FILE] EXECUTABLE   what it takes to read cores "
	      "without it\n"
	      "       mdbish help [COMMAND]                       the commands\n"
	      "\noptions:\n",
	      out);
	for (const struct option_text *o = option_texts; o->spelling != NULL; o++)
		fprintf(out, "  %-20s  %s\n", o->spelling, o->help);
	fputs("\nExit status: 0 fine, 1 some command or row failed, 2 wrong usage or nothing could "
	      "be "
	      "opened.\n",
	      out);
}

static bool complain(const char *text, const char *word)
{
	fprintf(stderr, "mdbish: ");
	fprintf(stderr, text, word);
	fprintf(stderr, "; mdbish --help tells more\n");
	return false;
}

static bool take_color(struct options *o, const char *when)
{
	static const char *const words[] = {
		[COLOR_AUTO] = "auto",
		[COLOR_ALWAYS] = "always",
		[COLOR_NEVER] = "never",
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(when, words[i]) == 0) {
			o->color = (enum color)i;
			return true;
		}
	}
	return complain("--color wants auto, always or never, not \"%s\"", when);
}

static bool take_jobs(struct options *o, const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || n == 0 || n > 1024)
		return complain("--jobs wants a number from 1 to 1024, not \"%s\"", text);
	o->jobs = (unsigned)n;
	return true;
}

static bool take_option(struct options *o, int c)
{
	switch (c) {
	case 'e':
		o->lines[o->nlines++] = optarg;
		return true;
	case 's':
		o->script = optarg;
		return true;
	case 'x':
		o->exe = optarg;
		return true;
	case 'j':
		return take_jobs(o, optarg);
	case OPT_SYSROOT:
		o->sysroot = optarg;
		return true;
	case OPT_LAYOUTS:
		o->layouts = optarg;
		return true;
	case OPT_COLOR:
		return take_color(o, optarg);
	case OPT_JSON:
		o->json = true;
		return true;
	case OPT_KEEP_GOING:
		o->keep_going = true;
		return true;
	case 'q':
		o->quiet = true;
		return true;
	case 'v':
		o->verbose = true;
		return true;
	case 'w':
		o->write = true;
		return true;
	case OPT_HELP:
		o->help = true;
		return true;
	case OPT_VERSION:
		o->version = true;
		return true;
	default:
		/* getopt has named the option already. */
		fputs("mdbish: mdbish --help lists the options\n", stderr);
		return false;
	}
}

bool options_parse(struct options *o, int argc, char **argv)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	static char program[] = "mdbish";
	int c;

	*o = (struct options){.jobs = processors > 0 ? (unsigned)processors : 1};
	o->lines = calloc((size_t)argc + 1, sizeof *o->lines);
	if (o->lines == NULL)
		return complain("%s", strerror(ENOMEM));
	argv[0] = program; /* getopt's messages begin with it */
	while ((c = getopt_long(argc, argv, "e:s:x:j:qvw", long_options, NULL)) != -1)
		if (!take_option(o, c))
			return false;
	if (o->nlines != 0 && o->script != NULL)
		return complain("-e and -s do not go together%s", "");
	o->targets = argv + optind;
	o->ntargets = (size_t)(argc - optind);
	return true;
}
