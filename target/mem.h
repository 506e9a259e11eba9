/*
 * mem - the memory of the target, as sorted segments that do not overlap.
 *
 * Back ends add segments in any order with a rank; mem_seal flattens them so that at each address
 * the segment of the highest rank is seen: what the core saved stands over the executable's
 * read-only pages, which stand over "the dump left this out".
 *
 *	rank CORE     |   ######    ####                 |
 *	rank FILE     |        xxxxxxxx                  |
 *	rank HOLE     |   --------------                 |
 *	after seal    |   ######xxxx####--               |
 *
 * Reading is safe from several threads at once after mem_seal.
 */
#ifndef TARGET_MEM_H
#define TARGET_MEM_H

#include "base/rc.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address in the target. (A tagged V8 word is a struct of its own, `jsval`, so that the two
 * cannot be mixed up; addresses stay plain integers for the sake of arithmetic.) */
typedef uint64_t addr_t;

enum segment_rank { RANK_HOLE, RANK_FILE, RANK_CORE };

/* Reads `len` bytes at `addr`, all or nothing, for segments that are not mapped into this process
 * (live targets, the mock targets of the tests). */
typedef enum rc segment_read(void *ctx, addr_t addr, void *buf, size_t len);

struct segment {
	addr_t start, end;   /* [start, end) in the target */
	const uint8_t *data; /* the bytes at `start`, mapped into this process; or NULL */
	segment_read *read;  /* when data is NULL; both NULL: RC_NOTSAVED */
	void *ctx;           /* for `read` */
	uint8_t rank;        /* enum segment_rank */
	uint8_t prot;        /* PF_R, PF_W, PF_X as far as known */
};

struct mem {
	VEC(struct segment) segments; /* sorted and disjoint once sealed */
	bool sealed;
};

/* Segments with end <= start are ignored. RC_OK or RC_NOMEM. */
MUST_USE enum rc mem_add(struct mem *m, const struct segment *s);

/* Sort, resolve overlaps by rank (ties: the one added later), join neighbours whose data is
 * adjacent. More segments may be added afterwards; then seal again. RC_OK or RC_NOMEM. */
MUST_USE enum rc mem_seal(struct mem *m);

void mem_free(struct mem *m);

/* The segment that holds `addr`, or NULL. */
const struct segment *mem_segment(const struct mem *m, addr_t addr);

/* All of [addr, addr + len) into `buf`, or nothing: RC_OK, RC_FAULT, RC_NOTSAVED, or what a
 * segment's own `read` gives. Crosses segments. */
MUST_USE enum rc mem_read(const struct mem *m, addr_t addr, void *buf, size_t len);

/* As much of [addr, addr + len) as can be read from its start; returns the number of bytes. */
size_t mem_peek(const struct mem *m, addr_t addr, void *buf, size_t len);

/* A pointer to [addr, addr + len) without copying, good as long as the target is open; NULL when
 * the range is not mapped into this process in one piece. The pointer may be unaligned. */
const void *mem_view(const struct mem *m, addr_t addr, size_t len);

/* Little-endian loads; RC_OK, RC_FAULT, RC_NOTSAVED. */
MUST_USE enum rc mem_u8(const struct mem *m, addr_t addr, uint8_t *v);
MUST_USE enum rc mem_u16(const struct mem *m, addr_t addr, uint16_t *v);
MUST_USE enum rc mem_u32(const struct mem *m, addr_t addr, uint32_t *v);
MUST_USE enum rc mem_u64(const struct mem *m, addr_t addr, uint64_t *v);

/* A NUL-terminated string of at most size - 1 bytes into `buf`, always terminated. RC_LIMIT when it
 * is longer (then cut), else as mem_read. */
MUST_USE enum rc mem_cstr(const struct mem *m, addr_t addr, char *buf, size_t size);

#endif
