#include "textflag.h"
#include "go_asm.h"

// Entry and exit. See docs/kernel-entry.md for the whole picture.
//
// TSS.esp0 always points at the Fast part of the running thread's TCB: hardware frames grow down from there into the
// Frame part, fast-path fields lie above. Its value is the only record of who runs.

#define ESP0       0xF0800084
#define STACK_END  0xF0C0A000

// The TCB begins this far below the esp0 value (kernel.TCB asserts it).
#define TCB_CTX    0x3C0

// LOAD_SEGMENTS loads what both kernel and user use. Clobbers AX.
#define LOAD_SEGMENTS \
	MOVL $0x23, AX; \
	MOVW AX, DS; \
	MOVW AX, ES; \
	MOVW AX, FS; \
	MOVL $0x2B, AX; \
	MOVW AX, GS

/*
 * sysenterEntry: Ipc and Lipc.
 *   in      EAX to, ECX timeouts, EDX from-specifier, ESI MR0, EBX return EIP, EBP user ESP (KIP stub)
 *           ESP -> TSS.esp0. DS, ES, FS, GS and all EFLAGS but IF, VM are the user's: until LOAD_SEGMENTS memory is
 *           reached through SS only (EBP or ESP as base).
 *   stack   the processor's kernel stack, empty
 *   leaves  by exitToUser
 * A #DB may arrive on the first instruction (user TF); it is caught by debugEntry, which notes ReasonTrace.
 */
TEXT ·sysenterEntry(SB),NOSPLIT|NOFRAME,$0
	MOVL 0(SP), SP
	MOVL BP, Fast_ESP(SP)
	MOVL BX, Fast_EIP(SP)
	MOVL SP, BP
	MOVL $STACK_END, SP
	PUSHL $2
	POPFL
	PUSHL SI
	PUSHL CX
	PUSHL DX
	PUSHL AX
	LEAL -TCB_CTX(BP), BX
	PUSHL BX
	LOAD_SEGMENTS
	CALL pecan∕kernel·EnterIPC(SB)
	JMP ·exitToUser(SB)

/*
 * exitToUser: return to the thread that TSS.esp0 names, or idle.
 *   in      nothing but TSS.esp0; interrupts off; segments loaded
 */
TEXT ·exitToUser(SB),NOSPLIT|NOFRAME,$0
	MOVL $ESP0, AX
	MOVL (AX), SP
	CMPL Fast_Exit(SP), $const_ExitIPC
	JNE  trap
	MOVL Fast_UTCB(SP), CX
	MOVL (Frame_EAX-64)(SP), AX
	MOVL (Frame_ESI-64)(SP), SI
	MOVL Fast_LocalID(SP), DI
	MOVL 4(CX), BX
	MOVL 8(CX), BP
	MOVL Fast_EIP(SP), DX
	MOVL Fast_ESP(SP), CX
	STI
	SYSEXIT
trap:
	JGT  idle
	LEAL -60(SP), SP
	POPAL
	LEAL 8(SP), SP
	IRETL
idle:
	MOVL $STACK_END, SP
	STI
wait:
	HLT
	JMP  wait

/*
 * trapEntry: everything that enters through the IDT, after the stub pushed error code and vector.
 *   from user    the frame lies in the running thread's TCB; Go runs on the kernel stack
 *   from idle    recognised by the empty kernel stack below the frame
 *   from kernel  nested fault or interrupt; Go runs below, or on the kernel stack if the fast path was on a TCB
 */
TEXT ·trapEntry(SB),NOSPLIT|NOFRAME,$0
	PUSHAL
	CLD
	LOAD_SEGMENTS
	MOVL SP, BX
	TESTL $0x20000, 48(SP)
	JNE  virtual
	TESTL $3, 44(SP)
	JEQ  kernel
user:
	MOVL $STACK_END, SP
	PUSHL $2 // a user's AC and ID would reach whoever leaves by SYSEXIT
	POPFL
	SUBL $(TCB_CTX-60), BX
	PUSHL BX
	CALL pecan∕kernel·EnterTrap(SB)
	JMP ·exitToUser(SB)
virtual:
	// Hardware never lets a user set VM, but QEMU's IRET does. The frame then has four segment registers more: it is moved to
	// its place, and the thread goes on in protected mode, where it belongs.
	LEAL 16(SP), BX
	MOVL 52(SP), DX
	MOVL 40(SP), CX
	MOVL $0x23, 56(BX)
	MOVL DX, 52(BX)
	MOVL $0x202, 48(BX)
	MOVL $0x1B, 44(BX)
	MOVL CX, 40(BX)
	MOVL 36(SP), AX
	MOVL AX, 36(BX)
	MOVL 32(SP), AX
	MOVL AX, 32(BX)
	MOVL $7, CX
move:
	MOVL (SP)(CX*4), AX
	MOVL AX, (BX)(CX*4)
	DECL CX
	JPL  move
	MOVL BX, SP
	JMP  user
kernel:
	CMPL SP, $(STACK_END-52)
	JEQ  idle
	CMPL SP, $const_Window
	JCC  nested
	MOVL $STACK_END, SP
nested:
	PUSHL BX
	SUBL $4, BX
	PUSHL BX
	CALL pecan∕kernel·EnterNested(SB)
	MOVL 4(SP), SP
	POPAL
	LEAL 8(SP), SP
	IRETL
idle:
	MOVL 32(BX), AX
	MOVL $STACK_END, SP
	PUSHL AX
	CALL pecan∕kernel·EnterIdle(SB)
	JMP ·exitToUser(SB)

/*
 * debugEntry: #DB. On the first instruction of sysenterEntry the user's TF is still set and ESP points into the TSS
 * page, 128 usable bytes below: note it for the running thread, clear TF in the frame, go on.
 */
TEXT ·debugEntry(SB),NOSPLIT|NOFRAME,$0
	TESTL $3, 4(SP)
	JNE  ordinary // a user may jump to the same address
	CMPL 0(SP), $·sysenterEntry(SB)
	JNE  ordinary
	ANDL $~0x100, 8(SP)
	PUSHL BP
	MOVL 16(SP), BP
	ORL  $const_ReasonTrace, Fast_Reasons(BP)
	POPL BP
	IRETL
ordinary:
	PUSHL $0
	PUSHL $1
	JMP ·trapEntry(SB)

// Task-gate entries: own TSS, own stack, no return. The interrupted state is in the main TSS.
TEXT ·doubleFaultTask(SB),NOSPLIT|NOFRAME,$0
	PUSHL $8
	CALL pecan∕kernel·EnterFatal(SB)
stop:
	HLT
	JMP  stop
TEXT ·nmiTask(SB),NOSPLIT|NOFRAME,$0
	PUSHL $2
	CALL pecan∕kernel·EnterFatal(SB)
stop:
	HLT
	JMP  stop
TEXT ·machineCheckTask(SB),NOSPLIT|NOFRAME,$0
	PUSHL $18
	CALL pecan∕kernel·EnterFatal(SB)
stop:
	HLT
	JMP  stop
