/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of the system calls that threads block in, by the numbers of the running architecture. */
#ifndef SIGPATH_SYSCALL_NAME_H
#define SIGPATH_SYSCALL_NAME_H

/* NULL: not one of them. Never freed. */
const char *syscall_name(int nr);

#endif
