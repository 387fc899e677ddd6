/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program that is waited for, with an end to patience. */
#ifndef OCI_EXEC_SUPERVISE_H
#define OCI_EXEC_SUPERVISE_H

#include "base/macro.h"

struct supervision {
	int timeout;           /* in: seconds, 0 for none */
	bool timed_out;        /* then all of its session has been killed */
	int status;            /* its exit status, or -1 */
	int signal;            /* what ended it, or 0 */
	unsigned int duration; /* milliseconds */
	char tail[512];        /* the end of what it wrote, without its last newlines */
};

/* Waits for the end of the program behind @pidfd, which leads session @pid, and reads meanwhile
 * what it writes to the pipe @output. What it leaves running may keep the pipe; nobody waits for
 * that. */
void supervise(int pid, int pidfd, int output, struct supervision *supervision);

#endif
