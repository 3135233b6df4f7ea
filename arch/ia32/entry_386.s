#include "textflag.h"
#include "go_asm.h"
#include "trap_386.h"

// Entry and exit. See docs/kernel-entry.md for the whole picture.

// LOAD_SEGMENTS loads what both kernel and user use. Clobbers AX.
#define LOAD_SEGMENTS \
	MOVL $0x23, AX; \
	MOVW AX, DS; \
	MOVW AX, ES; \
	MOVW AX, FS; \
	MOVL $0x2B, AX; \
	MOVW AX, GS

// KEEP_SEGMENTS: kernel and user have the same.
#define KEEP_SEGMENTS

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

// trapEntry: everything that enters through the IDT, after the stub pushed error code and vector (trap_386.h).
TEXT ·trapEntry(SB),NOSPLIT|NOFRAME,$0
	TRAP_BODY(LOAD_SEGMENTS, KEEP_SEGMENTS, pecan∕kernel·EnterTrap(SB), ·exitToUser(SB))

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
