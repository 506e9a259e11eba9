/*
 * names - tables of strings that a program was compiled with, found by what they hold.
 *
 * An array of {const char *name; ...} keeps its names when the symbol of the array is stripped:
 * somewhere in the file stands the text, and somewhere a word that points to it. In a file that can
 * be loaded anywhere those words are filled in by relocations; they are applied here as the loader
 * would do it for link-time addresses.
 *
 *	.rodata  ... "meta_map\0" ...         <- text
 *	.data    ... &text0 &text1 &text2 ... <- the table: as far as the words point to names, none
 *	                                         of which comes twice
 */
#include "base/map.h"
#include "target/private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define TEXTS_MAX 64

/* One PT_LOAD of the file, its relative relocations applied. */
struct loaded {
	const uint8_t *bytes;
	uint8_t *copy; /* to be freed; NULL: bytes are the file's own */
	addr_t start;
	size_t size;
};

struct looking {
	const struct objfile *o;
	struct elf_image image;
	addr_t rela, rela_end; /* the table of relocations; empty: there is none */
	const struct names_wanted *wanted;
	addr_t texts[TEXTS_MAX]; /* where the text of the first anchor stands */
	size_t ntexts;
	struct arena *arena;
	struct names_found *found;
};

static bool in_file(const struct objfile *o, const Elf64_Phdr *ph)
{
	return ph->p_offset <= o->map_size && ph->p_filesz <= o->map_size - ph->p_offset;
}

/* A string at a link-time address that is a name, else NULL. */
static const char *name_at(const struct looking *l, addr_t link)
{
	Elf64_Phdr ph;

	for (size_t i = 0; link != 0 && elf_image_phdr(&l->image, i, &ph); i++) {
		if (ph.p_type != PT_LOAD || link < ph.p_vaddr || link - ph.p_vaddr >= ph.p_filesz ||
		    !in_file(l->o, &ph))
			continue;
		const char *s = (const char *)l->o->map + ph.p_offset + (link - ph.p_vaddr);
		size_t max = ph.p_filesz - (link - ph.p_vaddr), n = 0;
		max = max < NAME_BYTES_MAX ? max : NAME_BYTES_MAX;
		while (n < max && (isalnum((unsigned char)s[n]) || s[n] == '_'))
			n++;
		return n != 0 && n < max && s[n] == '\0' ? s : NULL;
	}
	return NULL;
}

/* Older linkers put constants beside the code. */
static void find_texts(struct looking *l, bool in_code)
{
	const char *text = l->wanted->anchors[0];
	size_t len = strlen(text) + 1;
	Elf64_Phdr ph;

	for (size_t i = 0; elf_image_phdr(&l->image, i, &ph); i++) {
		if (ph.p_type != PT_LOAD || !in_file(l->o, &ph) ||
		    ((ph.p_flags & PF_X) != 0) != in_code)
			continue;
		const uint8_t *from = l->o->map + ph.p_offset, *at = from,
			      *end = from + ph.p_filesz;
		while (l->ntexts < TEXTS_MAX &&
		       (at = memmem(at, (size_t)(end - at), text, len)) != NULL) {
			l->texts[l->ntexts++] = ph.p_vaddr + (addr_t)(at - from);
			at += len;
		}
	}
}

/* The table of relocations: DT_RELA of the dynamic section. */
static void find_relocations(struct looking *l)
{
	uint64_t bytes = 0;
	Elf64_Phdr ph;
	Elf64_Dyn dyn;

	for (size_t i = 0; elf_image_phdr(&l->image, i, &ph); i++) {
		if (ph.p_type != PT_DYNAMIC || !in_file(l->o, &ph))
			continue;
		for (size_t k = 0; k < ph.p_filesz / sizeof dyn; k++) {
			memcpy(&dyn, l->o->map + ph.p_offset + k * sizeof dyn, sizeof dyn);
			if (dyn.d_tag == DT_RELA)
				l->rela = dyn.d_un.d_ptr;
			else if (dyn.d_tag == DT_RELASZ)
				bytes = dyn.d_un.d_val;
		}
	}
	if (__builtin_add_overflow(l->rela, bytes, &l->rela_end))
		l->rela_end = l->rela;
}

static bool relocations(const struct looking *l, const uint8_t **at, size_t *n)
{
	uint64_t bytes = l->rela_end - l->rela;
	Elf64_Phdr ph;

	for (size_t i = 0; bytes != 0 && elf_image_phdr(&l->image, i, &ph); i++) {
		if (ph.p_type != PT_LOAD || l->rela < ph.p_vaddr ||
		    l->rela - ph.p_vaddr > ph.p_filesz ||
		    bytes > ph.p_filesz - (l->rela - ph.p_vaddr) || !in_file(l->o, &ph))
			continue;
		*at = l->o->map + ph.p_offset + (l->rela - ph.p_vaddr);
		*n = bytes / sizeof(Elf64_Rela);
		return true;
	}
	return false;
}

static enum rc load(const struct looking *l, const Elf64_Phdr *ph, struct loaded *s)
{
	const uint8_t *at;
	size_t n;

	*s = (struct loaded){
		.bytes = l->o->map + ph->p_offset, .start = ph->p_vaddr, .size = ph->p_filesz};
	if ((ph->p_flags & PF_W) == 0 || !relocations(l, &at, &n))
		return RC_OK;
	s->copy = malloc(s->size != 0 ? s->size : 1);
	if (s->copy == NULL)
		return RC_NOMEM;
	memcpy(s->copy, s->bytes, s->size);
	s->bytes = s->copy;
	for (size_t i = 0; i < n; i++) {
		Elf64_Rela r;

		memcpy(&r, at + i * sizeof r, sizeof r);
		if (ELF64_R_TYPE(r.r_info) == R_X86_64_RELATIVE && r.r_offset >= s->start &&
		    r.r_offset - s->start < s->size && s->size - (r.r_offset - s->start) >= 8)
			memcpy(s->copy + (r.r_offset - s->start), &r.r_addend, 8);
	}
	return RC_OK;
}

static const char *entry(const struct looking *l, const struct loaded *s, size_t at)
{
	uint64_t w;

	if (at > s->size || s->size - at < sizeof w)
		return NULL;
	memcpy(&w, s->bytes + at, sizeof w);
	return name_at(l, w);
}

/* Remember a name; false when the table has it already (or memory is out). */
static bool is_new(struct map *seen, const char *name)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (const char *p = name; *p != '\0'; p++)
		h = (h ^ (uint8_t)*p) * 0x100000001b3u;
	return map_get(seen, h | 1) == NULL && map_put(seen, h | 1, 1) == RC_OK;
}

static bool has_anchors(const struct looking *l, const struct names_found *found)
{
	for (const char *const *a = l->wanted->anchors; *a != NULL; a++) {
		size_t i = 0;

		while (i < found->n && strcmp(found->names[i], *a) != 0)
			i++;
		if (i == found->n)
			return false;
	}
	return true;
}

/* The table around the entry at `at`; kept when it is longer than the best one so far. */
static enum rc grow(struct looking *l, const struct loaded *s, size_t at)
{
	const size_t stride = l->wanted->stride;
	struct map seen = MAP_INIT;
	size_t first = at, end = at;
	const char *name;

	while (end / stride - first / stride < NAMES_MAX && (name = entry(l, s, end)) != NULL &&
	       is_new(&seen, name))
		end += stride;
	while (first >= stride && (end - first) / stride < NAMES_MAX &&
	       (name = entry(l, s, first - stride)) != NULL && is_new(&seen, name))
		first -= stride;
	map_free(&seen);
	struct names_found table = {.n = (end - first) / stride, .link = s->start + first};
	if (table.n <= l->found->n)
		return RC_OK;
	table.names = arena_array(l->arena, table.n, sizeof *table.names);
	if (table.names == NULL)
		return RC_NOMEM;
	for (size_t i = 0; i < table.n; i++)
		table.names[i] = entry(l, s, first + i * stride);
	if (has_anchors(l, &table))
		*l->found = table;
	return RC_OK;
}

static enum rc search(struct looking *l, const struct loaded *s)
{
	for (size_t at = (size_t)(-s->start & 7); at < s->size && s->size - at >= 8; at += 8) {
		uint64_t w;

		/* Relocations have the same words, at distances of their own. */
		if (s->start + at >= l->rela && s->start + at < l->rela_end)
			continue;
		memcpy(&w, s->bytes + at, sizeof w);
		for (size_t i = 0; i < l->ntexts; i++)
			if (w == l->texts[i])
				TRY(grow(l, s, at));
	}
	return RC_OK;
}

/* The table whose place and length are known. */
static enum rc take(struct looking *l, const struct loaded *s)
{
	const struct names_wanted *w = l->wanted;
	struct names_found table = {.n = w->n, .link = w->link};

	if (w->n > NAMES_MAX)
		return RC_OK;
	table.names = arena_array(l->arena, table.n, sizeof *table.names);
	if (table.names == NULL)
		return RC_NOMEM;
	for (size_t i = 0; i < table.n; i++) {
		table.names[i] = entry(l, s, w->link - s->start + i * w->stride);
		if (table.names[i] == NULL)
			return RC_OK;
	}
	if (has_anchors(l, &table))
		*l->found = table;
	return RC_OK;
}

enum rc objfile_names(const struct objfile *o, const struct names_wanted *wanted,
		      struct arena *arena, struct names_found *found)
{
	struct looking l = {.o = o, .wanted = wanted, .arena = arena, .found = found};
	Elf64_Phdr ph;

	*found = (struct names_found){0};
	if (o->map == NULL || elf_image_init(&l.image, o->map, o->map_size) != NULL)
		return RC_UNSUP;
	find_relocations(&l);
	if (wanted->n == 0)
		find_texts(&l, false);
	if (wanted->n == 0 && l.ntexts == 0)
		find_texts(&l, true);
	for (size_t i = 0; elf_image_phdr(&l.image, i, &ph); i++) {
		struct loaded s;

		if (ph.p_type != PT_LOAD || !in_file(o, &ph) ||
		    (wanted->n != 0 ? wanted->link - ph.p_vaddr >= ph.p_filesz : l.ntexts == 0))
			continue;
		enum rc rc = load(&l, &ph, &s);
		if (rc == RC_OK)
			rc = wanted->n != 0 ? take(&l, &s) : search(&l, &s);
		free(s.copy);
		TRY(rc);
	}
	return found->n != 0 ? RC_OK : RC_FAULT;
}
