/*
 * symtab - the symbols of one objfile, by name and by address.
 *
 * A Node has 160,000 symbols, and most sessions ask for a few hundred names: the table in the
 * mapped file stays where it is, and each of the two indexes is built at the first question that
 * needs it.
 *
 *	by name     open addressing over {hash, number of the symbol}: 8 bytes a place
 *	by address  numbers of the symbols sorted by st_value, and beside each how far behind its
 *	            address the symbols up to it reach, which says where a look back can stop
 */
#include "base/map.h"
#include "base/search.h"
#include "target/private.h"

#include <stdlib.h>
#include <string.h>

#define PROBES_MAX   4096 /* places looked at for one name; only hostile names need so many */
#define BACK_MAX     1024 /* symbols looked at behind an address */
#define DEMANGLE_MAX 8192 /* bytes of a mangled name */

struct place {
	uint32_t hash, number_1; /* number + 1; 0: free */
};

struct by_addr {
	addr_t value; /* link-time */
	uint32_t number;
	uint32_t reach; /* bytes from value; UINT32_MAX: that many or more */
};

/* A section of symbols in a mapped file. */
struct table {
	const uint8_t *syms; /* Elf64_Sym, maybe unaligned; NULL: there is none */
	uint32_t nsyms;
	const char *strs; /* the byte before strs + strs_size is NUL */
	size_t strs_size;
};

struct symtab {
	struct table own, debug; /* of the file, and of the one with its debug symbols */
	uint32_t nsyms;          /* of both: numbers of the second follow those of the first */
	struct place *places;
	uint32_t mask;
	struct by_addr *sorted;
	size_t nsorted;
};

/* libstdc++'s, without its C++ header. */
char *__cxa_demangle(const char *mangled, char *buf, size_t *len, int *status);

void symtab_free(struct symtab *st)
{
	if (st == NULL)
		return;
	free(st->places);
	free(st->sorted);
	free(st);
}

/* Take the table of section `sh` and its strings, if all of both lies inside the file. */
static bool take_table(struct table *t, const struct elf_image *file, const Elf64_Shdr *sh)
{
	Elf64_Shdr str;

	if (sh->sh_offset > file->size || sh->sh_size > file->size - sh->sh_offset ||
	    sh->sh_size / sizeof(Elf64_Sym) > UINT32_MAX / 8 ||
	    !elf_image_shdr(file, sh->sh_link, &str) || str.sh_type != SHT_STRTAB ||
	    str.sh_offset > file->size || str.sh_size > file->size - str.sh_offset)
		return false;
	const char *strs = (const char *)file->bytes + str.sh_offset;
	const char *last = memrchr(strs, 0, str.sh_size);
	if (last == NULL)
		return false;
	t->syms = file->bytes + sh->sh_offset;
	t->nsyms = (uint32_t)(sh->sh_size / sizeof(Elf64_Sym));
	t->strs = strs;
	t->strs_size = (size_t)(last + 1 - strs);
	return true;
}

static bool find_table(struct table *t, const uint8_t *bytes, size_t size, uint32_t type)
{
	struct elf_image image;
	Elf64_Shdr sh;

	if (bytes == NULL || elf_image_init(&image, bytes, size) != NULL)
		return false;
	for (size_t i = 0; elf_image_shdr(&image, i, &sh); i++)
		if (sh.sh_type == type && take_table(t, &image, &sh))
			return true;
	return false;
}

/* .symtab holds all that .dynsym does, unless it was stripped. */
static void find_tables(struct symtab *st, const struct objfile *o)
{
	if (!find_table(&st->own, o->map, o->map_size, SHT_SYMTAB) &&
	    !find_table(&st->own, o->map, o->map_size, SHT_DYNSYM))
		st->own = (struct table){0};
	if (!find_table(&st->debug, o->debug_map, o->debug_size, SHT_SYMTAB))
		st->debug = (struct table){0};
	st->nsyms = st->own.nsyms + st->debug.nsyms;
}

static enum rc load(struct objfile *o)
{
	if (o->symtab != NULL)
		return RC_OK;
	if (o->map == NULL && o->debug_map == NULL)
		return RC_UNSUP;
	o->symtab = calloc(1, sizeof *o->symtab);
	if (o->symtab == NULL)
		return RC_NOMEM;
	find_tables(o->symtab, o);
	return RC_OK;
}

/* The i-th symbol when it is a defined one with a name, else false. */
static bool get(const struct symtab *st, uint32_t i, Elf64_Sym *sym, const char **name)
{
	const struct table *t = i < st->own.nsyms ? &st->own : &st->debug;
	size_t at = i < st->own.nsyms ? i : i - st->own.nsyms;

	if (t->syms == NULL)
		return false;
	memcpy(sym, t->syms + at * sizeof *sym, sizeof *sym);
	unsigned type = ELF64_ST_TYPE(sym->st_info);
	if (sym->st_shndx == SHN_UNDEF || sym->st_name >= t->strs_size || type == STT_SECTION ||
	    type == STT_FILE)
		return false;
	*name = t->strs + sym->st_name;
	return **name != 0;
}

static void fill(const struct objfile *o, const Elf64_Sym *raw, const char *name,
		 struct symbol *sym)
{
	sym->name = name;
	sym->type = ELF64_ST_TYPE(raw->st_info);
	sym->size = raw->st_size;
	sym->addr = raw->st_value;
	if (sym->type != STT_TLS && raw->st_shndx != SHN_ABS)
		sym->addr += o->bias;
}

/* Eight bytes at a step: mangled names are long. */
static uint32_t hash_name(const char *name)
{
	size_t len = strlen(name);
	uint64_t h = len, word = 0;

	for (; len >= 8; name += 8, len -= 8) {
		memcpy(&word, name, 8);
		h = (h ^ word) * 0x9e3779b97f4a7c15u;
		h ^= h >> 29;
	}
	word = 0;
	memcpy(&word, name, len);
	h = (h ^ word) * 0x9e3779b97f4a7c15u;
	return (uint32_t)(h >> 32);
}

/* The place where a name is or would be; NULL when there is none for it. */
static struct place *find_place(const struct symtab *st, const char *name, uint32_t hash)
{
	for (uint32_t i = hash, probes = 0; probes < PROBES_MAX; i++, probes++) {
		struct place *p = &st->places[i & st->mask];
		Elf64_Sym sym;
		const char *other;

		if (p->number_1 == 0)
			return p;
		if (p->hash == hash && get(st, p->number_1 - 1, &sym, &other) &&
		    strcmp(name, other) == 0)
			return p;
	}
	return NULL;
}

static bool is_local(const struct symtab *st, uint32_t i)
{
	const char *name;
	Elf64_Sym sym;

	return get(st, i, &sym, &name) && ELF64_ST_BIND(sym.st_info) == STB_LOCAL;
}

static enum rc index_names(struct symtab *st)
{
	uint32_t size = 16;

	while (size < st->nsyms + st->nsyms / 2)
		size *= 2;
	st->places = calloc(size, sizeof *st->places);
	if (st->places == NULL)
		return RC_NOMEM;
	st->mask = size - 1;
	for (uint32_t i = 0; i < st->nsyms; i++) {
		Elf64_Sym sym;
		const char *name;

		if (!get(st, i, &sym, &name))
			continue;
		uint32_t hash = hash_name(name);
		struct place *p = find_place(st, name, hash);
		if (p == NULL)
			continue;
		/* Of several symbols of a name the first counts, but a static one least. */
		if (p->number_1 == 0 ||
		    (ELF64_ST_BIND(sym.st_info) != STB_LOCAL && is_local(st, p->number_1 - 1)))
			*p = (struct place){hash, i + 1};
	}
	return RC_OK;
}

enum rc objfile_symbol(struct objfile *o, const char *name, struct symbol *sym)
{
	Elf64_Sym raw;

	TRY(load(o));
	if (o->symtab->nsyms == 0)
		return RC_FAULT;
	if (o->symtab->places == NULL)
		TRY(index_names(o->symtab));
	struct place *p = find_place(o->symtab, name, hash_name(name));
	if (p == NULL || p->number_1 == 0 || !get(o->symtab, p->number_1 - 1, &raw, &name))
		return RC_FAULT;
	fill(o, &raw, name, sym);
	return RC_OK;
}

enum rc objfile_each_symbol(struct objfile *o, const char *prefix, symbol_fn *fn, void *ctx)
{
	size_t len = strlen(prefix);
	struct map seen = MAP_INIT;
	enum rc rc = load(o);

	for (uint32_t i = 0; rc == RC_OK && i < o->symtab->nsyms; i++) {
		struct symbol sym;
		Elf64_Sym raw;
		const char *name;

		if (!get(o->symtab, i, &raw, &name) || strncmp(name, prefix, len) != 0)
			continue;
		uint64_t key = (uint64_t)strlen(name) << 32 | hash_name(name);
		uint64_t *before = map_get(&seen, key);
		if (before != NULL && strcmp((const char *)(uintptr_t)*before, name) == 0)
			continue;
		rc = map_put(&seen, key, (uintptr_t)name);
		if (rc != RC_OK)
			break;
		fill(o, &raw, name, &sym);
		rc = fn(ctx, &sym);
	}
	map_free(&seen);
	return rc;
}

/* Sort by value, 11 bits at a pass from the lowest on; passes in which all agree are left out.
 * Returns the one of the two arrays that holds the result. (qsort takes 25 ms for a Node.) */
static struct by_addr *radix_sort(struct by_addr *from, struct by_addr *to, size_t n)
{
	for (unsigned shift = 0; shift < 64; shift += 11) {
		size_t starts[2048] = {0}, at = 0;

		for (size_t i = 0; i < n; i++)
			starts[from[i].value >> shift & 2047]++;
		if (starts[from[0].value >> shift & 2047] == n)
			continue;
		for (size_t d = 0; d < 2048; d++) {
			size_t here = starts[d];

			starts[d] = at;
			at += here;
		}
		for (size_t i = 0; i < n; i++)
			to[starts[from[i].value >> shift & 2047]++] = from[i];
		struct by_addr *swap = from;
		from = to;
		to = swap;
	}
	return from;
}

static bool has_address(const struct symtab *st, uint32_t i, struct by_addr *e)
{
	Elf64_Sym sym;
	const char *name;

	if (!get(st, i, &sym, &name) || ELF64_ST_TYPE(sym.st_info) == STT_TLS ||
	    sym.st_shndx == SHN_ABS)
		return false;
	*e = (struct by_addr){sym.st_value, i,
			      sym.st_size < UINT32_MAX ? (uint32_t)sym.st_size : UINT32_MAX};
	return true;
}

static enum rc index_addrs(struct symtab *st)
{
	struct by_addr e, *list, *spare, *sorted;
	uint32_t i, reach = 0;
	size_t n = 0;

	for (i = 0; i < st->nsyms; i++)
		n += has_address(st, i, &e);
	list = calloc(n + 1, sizeof *list);
	spare = calloc(n + 1, sizeof *spare);
	if (list == NULL || spare == NULL) {
		free(list);
		free(spare);
		return RC_NOMEM;
	}
	for (i = 0, n = 0; i < st->nsyms; i++)
		if (has_address(st, i, &e))
			list[n++] = e;
	sorted = n != 0 ? radix_sort(list, spare, n) : list;
	free(sorted == list ? spare : list);
	for (i = 0; i < n; i++) {
		uint64_t step = i != 0 ? sorted[i].value - sorted[i - 1].value : 0;

		if (reach != UINT32_MAX)
			reach = reach > step ? reach - (uint32_t)step : 0;
		if (reach < sorted[i].reach)
			reach = sorted[i].reach;
		sorted[i].reach = reach;
	}
	st->sorted = sorted;
	st->nsorted = n;
	return RC_OK;
}

/* Is `a` a better name than `b` for the same address? */
static bool better(const Elf64_Sym *a, const Elf64_Sym *b)
{
	static const uint8_t weight[16] = {[STB_GLOBAL] = 2, [STB_WEAK] = 1};

	if (a->st_value != b->st_value)
		return a->st_value > b->st_value;
	return weight[ELF64_ST_BIND(a->st_info)] > weight[ELF64_ST_BIND(b->st_info)];
}

/* The innermost symbol that covers `link`, looking back from sorted[at]; else the nearest one of
 * size 0, unless a symbol with a size begins in between. */
static bool covering(const struct symtab *st, size_t at, addr_t link, Elf64_Sym *found,
		     const char **name)
{
	bool have = false, sizeless = false, walled = false;

	for (size_t back = 0; back < BACK_MAX && back <= at; back++) {
		const struct by_addr *e = &st->sorted[at - back];
		const char *its_name;
		Elf64_Sym sym;

		if ((have && e->value < found->st_value) ||
		    (e->reach != UINT32_MAX && e->reach <= link - e->value &&
		     (walled || sizeless)) ||
		    !get(st, e->number, &sym, &its_name))
			break;
		bool covers = sym.st_size != 0 && link - sym.st_value < sym.st_size;
		bool candidate = covers || (sym.st_size == 0 && !walled && !sizeless);
		walled |= sym.st_size != 0;
		if (!candidate || (have && !better(&sym, found)))
			continue;
		if (!covers) {
			/* Kept only until one that really covers the address turns up. */
			sizeless = true;
			*found = sym;
			*name = its_name;
			continue;
		}
		have = true;
		*found = sym;
		*name = its_name;
	}
	return have || sizeless;
}

enum rc objfile_symbol_at(struct objfile *o, addr_t addr, struct symbol *sym, uint64_t *offset)
{
	const addr_t link = addr - o->bias;
	const char *name = "";
	Elf64_Sym raw = {0};

	TRY(load(o));
	struct symtab *st = o->symtab;
	if (st->sorted == NULL)
		TRY(index_addrs(st));
	size_t low = first_not(st->nsorted, k, st->sorted[k].value <= link);
	if (low == 0 || !covering(st, low - 1, link, &raw, &name))
		return RC_FAULT;
	fill(o, &raw, name, sym);
	*offset = link - raw.st_value;
	return RC_OK;
}

char *symbol_demangle(const char *name)
{
	int status = 0;

	if (name[0] != '_' || name[1] != 'Z' || strlen(name) > DEMANGLE_MAX)
		return NULL;
	return __cxa_demangle(name, NULL, NULL, &status);
}
