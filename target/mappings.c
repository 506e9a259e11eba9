/*
 * mappings - the address space as a sorted list, put together from the program headers of a core
 * (addresses, protection, what was saved) and its NT_FILE note (which file, which offset).
 *
 * Either may know ranges that the other does not: the list is cut wherever one of them changes.
 * Where ranges of one kind overlap, as they do in damaged cores, the one that starts first is seen
 * up to its end.
 */
#include "base/vec.h"
#include "target/private.h"

#include <stdlib.h>

struct load {
	addr_t start, end;
	uint8_t prot;
	bool saved;
};

static int compare_load(const void *pa, const void *pb)
{
	const struct load *a = pa, *b = pb;

	return a->start < b->start ? -1 : a->start > b->start;
}

/* The PT_LOADs, sorted by start. */
static enum rc list_loads(struct target *t, const struct elf_image *core, struct load **loads,
			  size_t *n)
{
	struct load *list = arena_array(&t->arena, core->nphdrs, sizeof *list);
	Elf64_Phdr ph;
	size_t count = 0;

	if (list == NULL)
		return RC_NOMEM;
	for (size_t i = 0; elf_image_phdr(core, i, &ph); i++) {
		struct load *l = &list[count];
		uint64_t len = ph.p_memsz > ph.p_filesz ? ph.p_memsz : ph.p_filesz;

		if (ph.p_type != PT_LOAD || len == 0)
			continue;
		l->start = ph.p_vaddr;
		if (__builtin_add_overflow(ph.p_vaddr, len, &l->end))
			l->end = UINT64_MAX;
		l->prot = ph.p_flags & (PF_R | PF_W | PF_X);
		l->saved = ph.p_filesz == len && ph.p_offset <= core->size &&
			   ph.p_filesz <= core->size - ph.p_offset;
		count += l->end > l->start;
	}
	qsort(list, count, sizeof *list, compare_load);
	*loads = list;
	*n = count;
	return RC_OK;
}

/* The next address above `at` where a range of [start, end) begins or ends. */
static addr_t border(addr_t at, addr_t start, addr_t end, addr_t nearest)
{
	if (start > at && start < nearest)
		return start;
	return start <= at && end > at && end < nearest ? end : nearest;
}

enum rc mappings_build(struct target *t, const struct elf_image *core,
		       const struct core_notes *notes)
{
	struct load *loads;
	size_t nloads, l = 0, f = 0;
	addr_t at = 0;

	TRY(list_loads(t, core, &loads, &nloads));
	size_t room = 2 * (nloads + notes->nfiles) + 1;
	struct mapping *list = arena_array(&t->arena, room, sizeof *list);
	if (list == NULL)
		return RC_NOMEM;
	t->mappings = list;
	for (;;) {
		while (l < nloads && loads[l].end <= at)
			l++;
		while (f < notes->nfiles && notes->files[f].end <= at)
			f++;
		const struct load *load = l < nloads ? &loads[l] : NULL;
		const struct file_note *file = f < notes->nfiles ? &notes->files[f] : NULL;
		if ((load == NULL && file == NULL) || t->nmappings == room)
			return RC_OK;
		addr_t next = UINT64_MAX;
		if (load != NULL)
			next = border(at, load->start, load->end, next);
		if (file != NULL)
			next = border(at, file->start, file->end, next);
		struct mapping m = {.start = at, .end = next};
		bool in_load = load != NULL && load->start <= at;
		if (in_load) {
			m.prot = load->prot;
			m.saved = load->saved;
		}
		bool in_file = file != NULL && file->start <= at;
		if (in_file) {
			m.path = file->path;
			m.offset = file->offset + (at - file->start);
		}
		if (in_load || in_file)
			list[t->nmappings++] = m;
		if (next == UINT64_MAX)
			return RC_OK;
		at = next;
	}
}
