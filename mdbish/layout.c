/*
 * layout - see the header.
 */
#include "mdbish/layout.h"

#include "jsheap/layout.h"
#include "mdbish/options.h"
#include "target/cmds/native.h"

#include <elf.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#define INSTALLED  "share/mdbish/layouts"
#define PATH_BYTES 4096
#define ZSTD_LEVEL 19

/* The folder beside the program: bin/mdbish goes with share/mdbish/layouts. */
static const char *installed_dir(struct arena *a)
{
	char path[PATH_BYTES];
	ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);

	if (len <= 0)
		return NULL;
	path[len] = '\0';
	for (int up = 0; up < 2; up++) {
		char *slash = strrchr(path, '/');
		if (slash == NULL)
			return NULL;
		*slash = '\0';
	}
	return arena_printf(a, "%s/" INSTALLED, path);
}

const char *const *layout_dirs(struct arena *a, const char *named)
{
	const char *wanted[] = {named, getenv("MDBISH_LAYOUTS"), installed_dir(a)};
	const size_t most = sizeof wanted / sizeof *wanted;
	const char **dirs = arena_array(a, most + 1, sizeof *dirs);
	size_t n = 0;

	for (size_t i = 0; dirs != NULL && i < most; i++)
		if (wanted[i] != NULL && wanted[i][0] != '\0')
			dirs[n++] = wanted[i];
	return dirs;
}

struct export
{
	struct arena arena;
	struct target *target;
	struct v8_layout layout;
	struct str text;
	const char *from, *to; /* to: NULL is standard output */
};

static bool complain(const struct export *e, const char *what)
{
	fprintf(stderr, "mdbish: layout: %s: %s\n", e->from, what);
	return false;
}

static bool is_core(const char *path)
{
	FILE *in = fopen(path, "re");
	Elf64_Ehdr eh = {0};
	bool core = in != NULL && fread(&eh, sizeof eh, 1, in) == 1 &&
		    memcmp(eh.e_ident, ELFMAG, SELFMAG) == 0 && eh.e_type == ET_CORE;

	if (in != NULL)
		fclose(in);
	return core;
}

static bool open_it(struct export *e, const struct target_options *options)
{
	const char *message = NULL;

	e->target = is_core(e->from) ? target_open_core(e->from, options, &e->arena, &message)
				     : target_open_file(e->from, &e->arena, &message);
	if (e->target != NULL)
		return true;
	fprintf(stderr, "mdbish: layout: %s\n", message != NULL ? message : e->from);
	return false;
}

/* The layout as text, and its proper file name: "v24.21.0-BUILDID.json.zst". */
static bool render(struct export *e, char *name, size_t size)
{
	struct v8_layout *l = &e->layout;
	char id[2 * BUILD_ID_MAX + 1];
	struct node_version version;
	struct why why = {0};

	if (v8_layout_resolve(e->target, l, &why) != RC_OK)
		return complain(e, why.what != NULL ? why.what : rc_meaning(why.rc));
	if (v8_layout_builtin_names(l, &e->target->arena) != RC_OK)
		return complain(e, "out of memory");
	if (l->objfile == NULL || l->objfile->id_file.len == 0)
		return complain(e, "has no build-id, by which its cores could be told");
	node_version_find(e->target, &version);
	if (version.node[0] == '\0' || version.v8[0] == '\0')
		return complain(e, "does not tell which Node it is");
	v8_layout_write(l, version.node, version.v8, &e->text);
	snprintf(name, size, "%s-%s.json.zst", version.node,
		 build_id_text(&l->objfile->id_file, id));
	return !e->text.failed || complain(e, "out of memory");
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* Compress the text in place. */
static bool compress(struct export *e)
{
	size_t bound = ZSTD_compressBound(e->text.n);
	char *out = malloc(bound);
	size_t n = out != NULL ? ZSTD_compress(out, bound, e->text.s, e->text.n, ZSTD_LEVEL) : 0;

	if (out == NULL || ZSTD_isError(n)) {
		free(out);
		return complain(e, "cannot be compressed");
	}
	str_clear(&e->text);
	str_write(&e->text, out, n);
	free(out);
	return !e->text.failed || complain(e, "out of memory");
}

static bool put_out(struct export *e, const char *name)
{
	char path[PATH_BYTES];
	struct stat st;
	FILE *out;

	if (e->to == NULL)
		return fwrite(e->text.s, 1, e->text.n, stdout) == e->text.n && fflush(stdout) == 0;
	bool folder = stat(e->to, &st) == 0 && S_ISDIR(st.st_mode);
	if (snprintf(path, sizeof path, folder ? "%s/%s" : "%s", e->to, name) >= PATH_BYTES)
		return complain(e, "the name of the output is too long");
	if (ends_with(path, ".zst") && !compress(e))
		return false;
	out = fopen(path, "we");
	bool fine = out != NULL && fwrite(e->text.s, 1, e->text.n, out) == e->text.n;
	if (out != NULL && fclose(out) != 0)
		fine = false;
	if (!fine)
		fprintf(stderr, "mdbish: layout: cannot write %s: %s\n", path, strerror(errno));
	return fine;
}

static int export_one(const char *from, const char *to, const struct target_options *options)
{
	struct export e = {.from = from, .to = to};
	char name[PATH_BYTES];
	int status = EXIT_FINE;

	if (!open_it(&e, options))
		status = EXIT_USAGE;
	else if (!render(&e, name, sizeof name) || !put_out(&e, name))
		status = EXIT_FAILED;
	str_free(&e.text);
	target_close(e.target);
	arena_free(&e.arena);
	return status;
}

int main_layout(int argc, char **argv)
{
	static const struct option longs[] = {
		{"output", required_argument, NULL, 'o'},
		{"exe", required_argument, NULL, 'x'},
		{"sysroot", required_argument, NULL, 'r'},
		{0},
	};
	static char program[] = "mdbish: layout";
	struct target_options options = {0};
	const char *to = NULL;
	int c;

	if (argc < 2 || strcmp(argv[1], "export") != 0) {
		fputs("mdbish: usage: mdbish layout export [-o FILE] EXECUTABLE|CORE\n", stderr);
		return EXIT_USAGE;
	}
	argv[1] = program;
	while ((c = getopt_long(argc - 1, argv + 1, "o:x:", longs, NULL)) != -1) {
		if (c == 'o')
			to = optarg;
		else if (c == 'x')
			options.exe = optarg;
		else if (c == 'r')
			options.sysroot = optarg;
		else
			return EXIT_USAGE;
	}
	if (argc - 1 - optind != 1) {
		fputs("mdbish: layout: one executable or core: mdbish layout export [-o FILE] "
		      "EXECUTABLE|CORE\n",
		      stderr);
		return EXIT_USAGE;
	}
	return export_one(argv[1 + optind], to, &options);
}
