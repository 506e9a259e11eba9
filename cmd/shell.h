/*
 * shell - inside cmd/: the far end of `! command`.
 */
#ifndef CMD_SHELL_H
#define CMD_SHELL_H

#include "base/rc.h"

#include <stdio.h>
#include <sys/types.h>

/* Start `$SHELL -c command` (or /bin/sh) with `*in` as its standard input, or with ours when `in`
 * is NULL. RC_OK or RC_OS. */
MUST_USE enum rc shell_start(const char *command, FILE **in, pid_t *child);

/* Close its input (NULL: none) and wait for it; its exit status, 128 + signal as shells say it. */
int shell_finish(FILE *in, pid_t child);

#endif
