/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What glibc declares in <string.h> since 2.32, see names.c. Included before everything else. */
const char *strerrorname_np(int number);
const char *strerrordesc_np(int number);
const char *sigabbrev_np(int number);
