/*
 * rc - how every function that can fail says so.
 *
 * A failed read in the middle of a heap scan must cost nanoseconds, so an error is a small integer.
 * Where more can be said, a `struct why` carries an address and a literal; only cmd/ turns it into
 * a sentence.
 */
#ifndef BASE_RC_H
#define BASE_RC_H

#include <stddef.h>
#include <stdint.h>

enum rc {
	RC_OK,
	RC_DONE,     /* nothing more to come; also "stop early", asked for by a consumer of rows */
	RC_FAULT,    /* the target has no such address */
	RC_NOTSAVED, /* the target had the address, but the dump left it out */
	RC_BAD,      /* the data makes no sense */
	RC_UNSUP,    /* this build of V8 (or this kind of file) is not known */
	RC_NOMEM,
	RC_OS, /* a system call failed; errno says which way */
	RC_USAGE,
	RC_INTR,  /* the user pressed ^C */
	RC_LIMIT, /* a bound against hostile data was reached */
	RC_COUNT
};

/* The detail behind an rc. `what` is always a string literal or lives as long as the target. */
struct why {
	enum rc rc;
	uint64_t addr;
	const char *what;
};

/* The name that users see, e.g. "not saved" is "notsaved"; never NULL. */
const char *rc_name(enum rc rc);

/* What the rc means, as a sentence part: "the dump does not hold this memory". Never NULL. */
const char *rc_meaning(enum rc rc);

/* Record why and hand the rc on; `why` may be NULL. */
static inline enum rc why_set(struct why *why, enum rc rc, uint64_t addr, const char *what)
{
	if (why != NULL)
		*why = (struct why){rc, addr, what};
	return rc;
}

#define MUST_USE __attribute__((warn_unused_result))

/* Leave the function with the rc of `expr` unless that is RC_OK. */
#define TRY(expr)                         \
	do {                              \
		enum rc try_rc_ = (expr); \
		if (try_rc_ != RC_OK)     \
			return try_rc_;   \
	} while (0)

#endif
