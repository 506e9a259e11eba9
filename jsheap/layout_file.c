/*
 * layout_file - a layout as a JSON file, read where V8's binary cannot be had.
 *
 * One file a build, plain or compressed with zstd, named after the version and the build-id:
 *
 *	{"mdbish_layout": 1, "build_id": "bd05...", "node": "v24.21.0", "v8": "13.6.233.17-node.53",
 *	 "version": [13, 6, 233, 17], "exec": true, "entry": "0x...",
 *	 "tls": {"bytes": 424, "align": 8}, "isolate": {"tls": "0x90"} or {"key": "0x..."},
 *	 "spaces": {"OldSpace": "0x...", ...}, "constants": {"class_Map__...": 12, ...},
 *	 "fields": {"SmiShift": 31, ...}, "roots": ["free_space_map", ...], "builtins": [...]}
 *
 * Addresses are link-time ones. Strings are copied, lengths are bounded; a file that does not fit
 * is refused with a reason.
 */
#include "base/vec.h"
#include "jsheap/layout_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#define FILE_BYTES_MAX (16u << 20)
#define ENTRIES_MAX    16384
#define TEXT_MAX       200
#define FILES_MAX      16384
#define PATH_BYTES     4096
#define ZSTD_MAGIC     0xfd2fb528u

/* A layout file under consideration. */
struct reading {
	struct target *target;
	struct v8_layout *layout;
	const char *path;
	const char *wrong; /* why it cannot be used, a sentence part; NULL: fine */
};

static bool refuse(struct reading *r, const char *wrong)
{
	if (r->wrong == NULL)
		r->wrong = wrong;
	return false;
}

static const char *copy_text(struct reading *r, const json_t *v)
{
	size_t len = json_string_length(v);

	if (len == 0 || len > TEXT_MAX || strlen(json_string_value(v)) != len)
		return NULL;
	return arena_strndup(&r->target->arena, json_string_value(v), len);
}

static bool address(const json_t *v, addr_t *out)
{
	const char *s = json_string_value(v);
	char *end;

	if (s == NULL || s[0] != '0' || s[1] != 'x')
		return false;
	errno = 0;
	*out = strtoull(s, &end, 16);
	return errno == 0 && *end == '\0' && end != s + 2;
}

/* {"name": number, ...} */
static bool take_numbers(struct reading *r, json_t *object, struct v8_constant **at, size_t *n)
{
	size_t size = json_object_size(object);
	const char *key;
	json_t *value;

	if (size > ENTRIES_MAX)
		return refuse(r, "has too many numbers");
	*at = arena_array(&r->target->arena, size, sizeof **at);
	if (*at == NULL)
		return refuse(r, "does not fit into memory");
	json_object_foreach(object, key, value)
	{
		json_int_t v = json_integer_value(value);

		if (!json_is_integer(value) || v < INT32_MIN || v > INT32_MAX ||
		    strlen(key) > TEXT_MAX)
			return refuse(r, "has a number that is none");
		char *name = arena_strdup(&r->target->arena, key);
		if (name == NULL)
			return refuse(r, "does not fit into memory");
		(*at)[(*n)++] = (struct v8_constant){name, (int32_t)v};
	}
	return true;
}

static bool take_names(struct reading *r, json_t *array, const char ***at, size_t *n)
{
	size_t size = json_array_size(array);

	if (size > ENTRIES_MAX)
		return refuse(r, "has too many names");
	*at = arena_array(&r->target->arena, size, sizeof **at);
	if (*at == NULL)
		return refuse(r, "does not fit into memory");
	for (*n = 0; *n < size; (*n)++) {
		(*at)[*n] = copy_text(r, json_array_get(array, *n));
		if ((*at)[*n] == NULL)
			return refuse(r, "has a name that is none");
	}
	return true;
}

static bool take_spaces(struct reading *r, json_t *object)
{
	struct v8_layout *l = r->layout;
	size_t size = json_object_size(object);
	const char *key;
	json_t *value;

	if (size > ENTRIES_MAX)
		return refuse(r, "has too many spaces");
	l->spaces = arena_array(&r->target->arena, size, sizeof *l->spaces);
	if (l->spaces == NULL)
		return refuse(r, "does not fit into memory");
	json_object_foreach(object, key, value)
	{
		struct v8_space_class *s = &l->spaces[l->nspaces];

		s->name = strlen(key) <= TEXT_MAX ? arena_strdup(&r->target->arena, key) : NULL;
		if (s->name == NULL || !address(value, &s->vtable))
			return refuse(r, "has a space that is none");
		l->nspaces++;
	}
	return true;
}

static bool take_isolate(struct reading *r, json_t *root)
{
	struct v8_isolate_variable *v = &r->layout->isolate_variable;
	json_t *tls = json_object_get(root, "tls"), *isolate = json_object_get(root, "isolate");

	v->tls_bytes = (uint64_t)json_integer_value(json_object_get(tls, "bytes"));
	v->tls_align = (uint64_t)json_integer_value(json_object_get(tls, "align"));
	if (v->tls_bytes > 1 << 20 || v->tls_align > 1 << 20)
		return refuse(r, "has a thread-local block that cannot be");
	if (address(json_object_get(isolate, "tls"), &v->link))
		v->kind = ISOLATE_IN_TLS;
	else if (address(json_object_get(isolate, "key"), &v->link))
		v->kind = ISOLATE_BY_KEY;
	return true;
}

static bool take_version(struct reading *r, json_t *array)
{
	struct v8_version *v = &r->layout->version;

	v->major = (int)json_integer_value(json_array_get(array, 0));
	v->minor = (int)json_integer_value(json_array_get(array, 1));
	v->build = (int)json_integer_value(json_array_get(array, 2));
	v->patch = (int)json_integer_value(json_array_get(array, 3));
	return (json_array_size(array) == 4 && v8_version_valid(v)) ||
	       refuse(r, "does not tell the version of V8");
}

/* Where the code of this build was loaded: the objfile knows, unless neither its file nor its first
 * page is there. */
static bool take_place(struct reading *r, json_t *root, struct objfile *o)
{
	struct v8_layout *l = r->layout;
	uint64_t entry, was = target_auxv(r->target, AT_ENTRY, 0);

	l->objfile = o;
	l->bias = o != NULL ? o->bias : 0;
	if (json_is_true(json_object_get(root, "exec")))
		l->bias = 0;
	else if (o != NULL && o->is_main && was != 0 &&
		 address(json_object_get(root, "entry"), &entry) && entry != 0)
		l->bias = was - entry;
	return true;
}

static bool take_all(struct reading *r, json_t *root, struct objfile *o)
{
	struct v8_layout *l = r->layout;

	l->file = r->path;
	l->node = copy_text(r, json_object_get(root, "node"));
	l->v8 = copy_text(r, json_object_get(root, "v8"));
	return take_version(r, json_object_get(root, "version")) &&
	       take_numbers(r, json_object_get(root, "constants"), &l->constants, &l->nconstants) &&
	       take_numbers(r, json_object_get(root, "fields"), &l->told, &l->ntold) &&
	       take_names(r, json_object_get(root, "roots"), &l->root_names, &l->nroots) &&
	       take_names(r, json_object_get(root, "builtins"), &l->builtin_names, &l->nbuiltins) &&
	       take_spaces(r, json_object_get(root, "spaces")) && take_isolate(r, root) &&
	       take_place(r, root, o) &&
	       ((l->nconstants != 0 && l->nroots != 0) || refuse(r, "lacks constants or roots"));
}

/* The text of a file, decompressed if need be, in malloc'ed memory. */
static char *unpack(struct reading *r, const void *bytes, size_t size, size_t *len)
{
	uint32_t magic = 0;

	memcpy(&magic, bytes, size < sizeof magic ? size : sizeof magic);
	unsigned long long full =
		magic == ZSTD_MAGIC ? ZSTD_getFrameContentSize(bytes, size) : size;
	if (full > FILE_BYTES_MAX) {
		refuse(r, "is too large");
		return NULL;
	}
	char *text = malloc(full + 1);
	if (text == NULL) {
		refuse(r, "does not fit into memory");
		return NULL;
	}
	*len = full;
	if (magic != ZSTD_MAGIC)
		memcpy(text, bytes, size);
	else
		*len = ZSTD_decompress(text, full, bytes, size);
	if (ZSTD_isError(*len)) {
		refuse(r, "cannot be decompressed");
		free(text);
		return NULL;
	}
	return text;
}

static json_t *parse(struct reading *r, const void *bytes, size_t size)
{
	json_error_t error;
	size_t len;
	char *text = unpack(r, bytes, size, &len);
	json_t *root = text != NULL ? json_loadb(text, len, JSON_REJECT_DUPLICATES, &error) : NULL;

	free(text);
	if (root == NULL)
		refuse(r, "is not JSON");
	else if (json_integer_value(json_object_get(root, "mdbish_layout")) != V8_LAYOUT_FORMAT)
		refuse(r, "is no layout file of this version of mdbish");
	return root;
}

static json_t *load(struct reading *r)
{
	int fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	json_t *root = NULL;

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		refuse(r, "cannot be opened");
	} else if (st.st_size == 0 || st.st_size > FILE_BYTES_MAX) {
		refuse(r, st.st_size == 0 ? "is empty" : "is too large");
	} else {
		void *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);

		if (bytes == MAP_FAILED)
			refuse(r, "cannot be mapped");
		else
			root = parse(r, bytes, (size_t)st.st_size);
		if (bytes != MAP_FAILED)
			munmap(bytes, (size_t)st.st_size);
	}
	if (fd >= 0)
		close(fd);
	return root;
}

static struct objfile *objfile_of_id(struct target *t, const char *id)
{
	char text[2 * BUILD_ID_MAX + 1];

	for (size_t i = 0; i < t->nobjfiles && id != NULL; i++) {
		struct objfile *o = &t->objfiles[i];

		if (o->id_target.len != 0 && strcmp(build_id_text(&o->id_target, text), id) == 0)
			return o;
		if (o->id_target.len == 0 && o->id_file.len != 0 &&
		    strcmp(build_id_text(&o->id_file, text), id) == 0)
			return o;
	}
	return NULL;
}

/* Versions that the process' memory tells, and whether a file is of them. */
struct versions {
	char node[TARGET_VERSION_BYTES], v8[TARGET_VERSION_BYTES];
};

static bool same_version(json_t *root, const struct versions *v)
{
	const char *node = json_string_value(json_object_get(root, "node"));
	const char *v8 = json_string_value(json_object_get(root, "v8"));

	size_t len = strcspn(v->v8, "-"); /* the embedder's suffix is not always told */

	return node != NULL && node[0] == 'v' && v8 != NULL && v->node[0] != '\0' &&
	       strcmp(node + 1, v->node) == 0 && strcspn(v8, "-") == len &&
	       strncmp(v8, v->v8, len) == 0;
}

/* What another build of the same version has elsewhere. (Thread-local memory is only searched, so that
 * its size need not be exact.) */
static void forget_addresses(struct v8_layout *l)
{
	l->by_version = true;
	l->nspaces = 0;
	l->isolate_variable.kind = ISOLATE_NOWHERE;
}

/* Use the file when it is the target's. RC_UNSUP when it is not, with `wrong` set when it cannot be
 * used at all. */
static enum rc try_path(struct reading *r, const char *path, const struct versions *versions)
{
	struct target *t = r->target;

	*r->layout = (struct v8_layout){0};
	r->wrong = NULL;
	r->path = arena_strdup(&t->arena, path);
	if (r->path == NULL)
		return RC_NOMEM;
	json_t *root = load(r);
	enum rc rc = RC_UNSUP;
	if (r->wrong == NULL) {
		struct objfile *o =
			objfile_of_id(t, json_string_value(json_object_get(root, "build_id")));
		bool ours = o != NULL || same_version(root, versions);

		if (ours && take_all(r, root, o)) {
			rc = RC_OK;
			if (o == NULL)
				forget_addresses(r->layout);
		}
	}
	json_decref(root);
	return rc;
}

/* Does the name of a file have what is looked for in it, the build-id or the version? */
static bool name_has(const char *name, const char *part)
{
	size_t len = strlen(name);

	return part[0] != '\0' && strstr(name, part) != NULL &&
	       (strstr(name, ".json") != NULL && len < TEXT_MAX);
}

static enum rc search_folder(struct reading *r, const char *folder, const char *part,
			     const struct versions *versions, const char **wrong)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	char path[PATH_BYTES];
	enum rc rc = RC_UNSUP;

	for (size_t i = 0;
	     dir != NULL && rc == RC_UNSUP && i < FILES_MAX && (e = readdir(dir)) != NULL; i++) {
		if (!name_has(e->d_name, part) ||
		    snprintf(path, sizeof path, "%s/%s", folder, e->d_name) >= PATH_BYTES)
			continue;
		rc = try_path(r, path, versions);
		if (r->wrong != NULL)
			*wrong = arena_printf(&r->target->arena, "the layout file %s %s", path,
					      r->wrong);
	}
	if (dir != NULL)
		closedir(dir);
	return rc;
}

/* By build-id in all folders first, then by version. An entry of the list may be a file. */
static enum rc search_all(struct reading *r, const struct versions *versions, const char **wrong)
{
	struct target *t = r->target;
	char text[TARGET_VERSION_BYTES + 16];

	for (const char *const *d = t->layout_dirs; *d != NULL; d++) {
		struct stat st;

		if (stat(*d, &st) != 0 || S_ISDIR(st.st_mode))
			continue;
		enum rc rc = try_path(r, *d, versions);
		if (rc != RC_UNSUP)
			return rc;
		*wrong = arena_printf(&t->arena, "the layout file %s %s", *d,
				      r->wrong != NULL ? r->wrong : "is of another build");
	}
	for (size_t i = 0; i < t->nobjfiles; i++) {
		const struct objfile *o = &t->objfiles[i];
		const struct build_id *id = o->id_target.len != 0 ? &o->id_target : &o->id_file;
		char id_text[2 * BUILD_ID_MAX + 1];

		build_id_text(id, id_text);
		for (const char *const *d = t->layout_dirs; id->len != 0 && *d != NULL; d++) {
			enum rc rc = search_folder(r, *d, id_text, versions, wrong);
			if (rc != RC_UNSUP)
				return rc;
		}
	}
	if (versions->node[0] == '\0')
		return RC_UNSUP;
	snprintf(text, sizeof text, "v%s-", versions->node);
	for (const char *const *d = t->layout_dirs; *d != NULL; d++) {
		enum rc rc = search_folder(r, *d, text, versions, wrong);
		if (rc != RC_UNSUP)
			return rc;
	}
	return RC_UNSUP;
}

enum rc v8_layout_from_files(struct target *t, struct v8_layout *l, struct why *why)
{
	struct reading r = {.target = t, .layout = l};
	struct versions versions = {0};
	const char *wrong = NULL;

	if (t->layout_dirs == NULL)
		return RC_UNSUP;
	(void)target_versions(t, versions.node, versions.v8);
	enum rc rc = search_all(&r, &versions, &wrong);
	if (rc != RC_UNSUP)
		return rc;
	if (wrong != NULL)
		return why_set(why, RC_UNSUP, 0, wrong);
	if (versions.node[0] == '\0' || t->exe == NULL || t->exe->found != NULL)
		return RC_UNSUP;
	const char *text = arena_printf(
		&t->arena,
		"the executable is needed to read the heap (-x FILE or --sysroot DIR): the process "
		"says that it was Node v%s, and no layout file of that build was found (--layouts "
		"DIR)",
		versions.node);
	return text != NULL ? why_set(why, RC_UNSUP, 0, text) : RC_NOMEM;
}
