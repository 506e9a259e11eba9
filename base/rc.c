/*
 * rc - names and meanings of the status codes.
 */
#include "base/rc.h"

static const struct {
	const char *name, *meaning;
} texts[RC_COUNT] = {
	[RC_OK] = {"ok", "no error"},
	[RC_DONE] = {"done", "nothing more"},
	[RC_FAULT] = {"fault", "the target has no memory at this address"},
	[RC_NOTSAVED] = {"notsaved", "the dump does not hold this memory"},
	[RC_BAD] = {"bad", "the data found there makes no sense"},
	[RC_UNSUP] = {"unsupported", "not known for this build"},
	[RC_NOMEM] = {"nomem", "out of memory"},
	[RC_OS] = {"os", "a system call failed"},
	[RC_USAGE] = {"usage", "wrong usage"},
	[RC_INTR] = {"interrupted", "interrupted"},
	[RC_LIMIT] = {"limit", "a limit against damaged data was reached"},
};

const char *rc_name(enum rc rc)
{
	return (unsigned)rc < RC_COUNT ? texts[rc].name : "?";
}

const char *rc_meaning(enum rc rc)
{
	return (unsigned)rc < RC_COUNT ? texts[rc].meaning : "unknown error";
}
