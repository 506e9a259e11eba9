/*
 * unwind - the native frames of a thread, from the innermost to the outermost.
 *
 * Call frame information where a file has it, the frame pointer where there is none: V8's JIT code
 * and builtins keep rbp, so one pass crosses C++, JavaScript and libc. Built on libdwfl over the
 * target's own memory and registers (docs/unwinding.md says what was compared).
 */
#ifndef TARGET_UNWIND_H
#define TARGET_UNWIND_H

#include "target/target.h"

struct native_frame {
	addr_t pc, sp, fp; /* sp, fp: 0 when not known */
	bool is_call;      /* pc is a return address: look symbols up at pc - 1 */
};

/* Gets each frame; RC_DONE ends the walk early without an error, any other rc ends it with that rc.
 */
typedef enum rc frame_fn(void *ctx, const struct native_frame *f);

/*
 * Walk the stack of `th`, at most `limit` frames. RC_OK when it reached the outermost frame;
 * RC_LIMIT; RC_FAULT or RC_NOTSAVED when it broke off at unreadable memory, RC_BAD when it made no
 * progress: the frames given before are good in each case.
 */
MUST_USE enum rc target_unwind(struct target *t, const struct thread *th, size_t limit,
			       frame_fn *fn, void *ctx);

#endif
