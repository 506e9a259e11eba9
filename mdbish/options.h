/*
 * options - the command line of the program.
 */
#ifndef MDBISH_OPTIONS_H
#define MDBISH_OPTIONS_H

#include "cmd/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct options {
	const char **lines; /* of -e, in order; as many as nlines */
	size_t nlines;
	const char *script; /* -s; "-": standard input */
	const char *exe, *sysroot, *layouts;
	char **targets; /* cores or pids, as many as ntargets */
	size_t ntargets;
	unsigned jobs;
	bool json, quiet, verbose, keep_going, write, help, version;
	enum color color;
};

/* Exit statuses. */
enum { EXIT_FINE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* Fill `o`; free(o->lines) afterwards, also when it gave false after a message on standard error.
 */
bool options_parse(struct options *o, int argc, char **argv);

void options_usage(FILE *out);

/* The options with their texts, for --help and the generated pages. */
struct option_text {
	const char *spelling, *help;
};
extern const struct option_text option_texts[];

#endif
