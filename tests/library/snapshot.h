/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a process is, as text, one fact a line: to see whether a library changed anything. */
#ifndef TEST_LIBRARY_SNAPSHOT_H
#define TEST_LIBRARY_SNAPSHOT_H

/* Of the whole process and of each of its threads. To be freed with free(). */
char *snapshot_process(void);

/* Of the calling thread: what only it can ask. To be freed with free(). */
char *snapshot_thread(void);

/* Says on stderr which lines differ. Returns how many. */
int snapshot_compare(const char *what, const char *before, const char *after);

/* Pids of our children, zombies included, in ascending order. Returns how many there are; not more
 * than @max are stored. */
int snapshot_children(int *pids, int max);

#endif
