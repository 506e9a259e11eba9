/*
 * shell - see the header.
 */
#include "cmd/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: never returns. */
static void become_shell(const char *command, int in)
{
	const char *shell = getenv("SHELL");

	if (shell == NULL || *shell == '\0')
		shell = "/bin/sh";
	/* We ignore SIGPIPE and handle SIGINT; what we start must not. */
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	if (in >= 0)
		dup2(in, STDIN_FILENO);
	execl(shell, shell, "-c", command, (char *)NULL);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

enum rc shell_start(const char *command, FILE **in, pid_t *child)
{
	int ends[2] = {-1, -1};

	if (in != NULL && pipe2(ends, O_CLOEXEC) != 0)
		return RC_OS;
	*child = fork();
	if (*child == 0)
		become_shell(command, ends[0]);
	if (ends[0] >= 0)
		close(ends[0]);
	if (*child > 0 && in == NULL)
		return RC_OK;
	if (*child > 0 && (*in = fdopen(ends[1], "w")) != NULL)
		return RC_OK;
	if (ends[1] >= 0)
		close(ends[1]);
	if (*child > 0)
		waitpid(*child, NULL, 0);
	return RC_OS;
}

int shell_finish(FILE *in, pid_t child)
{
	int status = 0;

	/* A command that did not read all of its input, such as head, is no error of ours. */
	if (in != NULL)
		(void)fclose(in);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return 127;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
