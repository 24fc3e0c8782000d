/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The registers a thread entered the kernel with: which system call, with which arguments. */
#ifndef SIGPATH_REGS_BPF_H
#define SIGPATH_REGS_BPF_H

#include "config.bpf.h"
#include "kernel.bpf.h"
#include "record.h"

#if defined(__TARGET_ARCH_x86)
#define NR_READ	     0
#define NR_READV     19
#define NR_RECVFROM  45
#define NR_RECVMSG   47
#define NR_RECVMMSG  299
#define REGS_NR(r)   ((r)->orig_ax)
#define REGS_ARG2(r) ((r)->si)
#define REGS_ARG3(r) ((r)->dx)
#elif defined(__TARGET_ARCH_arm64)
#define NR_READ	     63
#define NR_READV     65
#define NR_RECVFROM  207
#define NR_RECVMSG   212
#define NR_RECVMMSG  243
#define REGS_NR(r)   ((r)->syscallno)
#define REGS_ARG2(r) ((r)->regs[1])
#define REGS_ARG3(r) ((r)->regs[2])
#endif

/* What a kprobe gives is UAPI and needs no relocation (bpf_user_pt_regs_t). */
#if defined(__TARGET_ARCH_x86)
struct kprobe_regs {
	__u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di;
	__u64 orig_ax, ip, cs, flags, sp, ss;
};
#define KPROBE_ARG1(r) ((r)->di)
#define KPROBE_ARG2(r) ((r)->si)
#define KPROBE_ARG3(r) ((r)->dx)
#elif defined(__TARGET_ARCH_arm64)
struct kprobe_regs {
	__u64 regs[31];
	__u64 sp, pc, pstate;
};
#define KPROBE_ARG1(r) ((r)->regs[0])
#define KPROBE_ARG2(r) ((r)->regs[1])
#define KPROBE_ARG3(r) ((r)->regs[2])
#endif

static __always_inline bool is_receive(__s32 nr)
{
	return nr == NR_RECVFROM || nr == NR_RECVMSG || nr == NR_RECVMMSG || nr == NR_READ ||
	       nr == NR_READV;
}

#if defined(__TARGET_ARCH_x86)
#define STACK_BYTES 16384 /* THREAD_SIZE, without KASAN */
#define STACK_PAD   16	  /* above the frame with CONFIG_X86_FRED */
#define CS_USER	    0x33
#define SS_USER	    0x2b

static __always_inline bool is_user_frame(struct pt_regs___stack *regs)
{
	return BPF_CORE_READ(regs, cs) == CS_USER && BPF_CORE_READ(regs, ss) == SS_USER;
}

/* Where bpf_task_pt_regs (5.15, dd6e10fbd9fb) cannot be called: the frame at the top of the kernel
 * stack, believed only when it holds the segments of a 64-bit user. */
static __always_inline __s32 stack_syscall(const void *stack)
{
	struct pt_regs___stack *regs;
	__u64 base = (__u64)stack + STACK_BYTES - bpf_core_type_size(struct pt_regs);

	if (!(sp_knobs.kernel_read & READ_PROBE))
		return SYSCALL_UNKNOWN;
	regs = (void *)base;
	if (!is_user_frame(regs))
		regs = (void *)(base - STACK_PAD);
	return is_user_frame(regs) ? (__s32)BPF_CORE_READ(regs, orig_ax) : SYSCALL_UNKNOWN;
}
#else
static __always_inline __s32 stack_syscall(const void *stack)
{
	return SYSCALL_UNKNOWN;
}
#endif

static __always_inline bool has_task_regs(void)
{
	return bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs);
}

/* The system call `task` is in; negative outside of one, SYSCALL_UNKNOWN. typed: a BTF pointer. */
static __always_inline __s32 task_syscall(struct task_struct *task, bool typed)
{
	if (typed && has_task_regs())
		return (__s32)REGS_NR((struct pt_regs *)bpf_task_pt_regs(task));
	return stack_syscall(typed ? task->stack : BPF_CORE_READ(task, stack));
}

static __always_inline __s32 current_syscall(void)
{
	if (has_task_regs())
		return task_syscall(bpf_get_current_task_btf(), true);
	return task_syscall((void *)bpf_get_current_task(), false);
}

#endif
