/* SPDX-License-Identifier: BSD-2-Clause */
/* The calls that both architectures have, and those that only the older one kept. */
#include "syscall_name.h"

#include <stddef.h>
#include <sys/syscall.h>

static const struct {
	int nr;
	const char *name;
} calls[] = {
	{SYS_read, "read"},
	{SYS_readv, "readv"},
	{SYS_pread64, "pread64"},
	{SYS_write, "write"},
	{SYS_writev, "writev"},
	{SYS_pwrite64, "pwrite64"},
	{SYS_openat, "openat"},
	{SYS_close, "close"},
	{SYS_fsync, "fsync"},
	{SYS_fdatasync, "fdatasync"},
	{SYS_ioctl, "ioctl"},
	{SYS_fcntl, "fcntl"},
	{SYS_flock, "flock"},
	{SYS_connect, "connect"},
	{SYS_accept, "accept"},
	{SYS_accept4, "accept4"},
	{SYS_sendto, "sendto"},
	{SYS_sendmsg, "sendmsg"},
	{SYS_sendmmsg, "sendmmsg"},
	{SYS_recvfrom, "recvfrom"},
	{SYS_recvmsg, "recvmsg"},
	{SYS_recvmmsg, "recvmmsg"},
	{SYS_futex, "futex"},
	{SYS_nanosleep, "nanosleep"},
	{SYS_clock_nanosleep, "clock_nanosleep"},
	{SYS_sched_yield, "sched_yield"},
	{SYS_ppoll, "ppoll"},
	{SYS_pselect6, "pselect6"},
	{SYS_epoll_pwait, "epoll_pwait"},
	{SYS_epoll_pwait2, "epoll_pwait2"},
	{SYS_io_uring_enter, "io_uring_enter"},
	{SYS_wait4, "wait4"},
	{SYS_waitid, "waitid"},
	{SYS_rt_sigtimedwait, "rt_sigtimedwait"},
	{SYS_rt_sigsuspend, "rt_sigsuspend"},
	{SYS_semtimedop, "semtimedop"},
	{SYS_msgrcv, "msgrcv"},
	{SYS_mq_timedreceive, "mq_timedreceive"},
	{SYS_mmap, "mmap"},
	{SYS_munmap, "munmap"},
	{SYS_madvise, "madvise"},
	{SYS_mprotect, "mprotect"},
	{SYS_brk, "brk"},
	{SYS_clone, "clone"},
	{SYS_execve, "execve"},
#ifdef SYS_poll
	{SYS_poll, "poll"},
#endif
#ifdef SYS_select
	{SYS_select, "select"},
#endif
#ifdef SYS_epoll_wait
	{SYS_epoll_wait, "epoll_wait"},
#endif
#ifdef SYS_open
	{SYS_open, "open"},
#endif
#ifdef SYS_pause
	{SYS_pause, "pause"},
#endif
};

const char *syscall_name(int nr)
{
	for (unsigned int i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].nr == nr)
			return calls[i].name;
	return NULL;
}
