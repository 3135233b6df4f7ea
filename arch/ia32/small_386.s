#include "textflag.h"
#include "go_asm.h"
#include "trap_386.h"

// Entry and exit while user segments are limited (docs/small-spaces.md). As in entry_386.s, but the kernel runs on its own
// data selector, and every exit loads all segment registers.

// KERNEL_SEGMENTS: FS and GS are not used in the kernel and keep what the user left. Clobbers AX.
#define KERNEL_SEGMENTS \
	MOVL $0x10, AX; \
	MOVW AX, DS; \
	MOVW AX, ES

// NESTED_SEGMENTS: the entry that turned limits on ends with the user's selector loaded, flat as yet.
#define NESTED_SEGMENTS \
	MOVL ·kernelData(SB), AX; \
	MOVW AX, DS; \
	MOVW AX, ES

// USER_SEGMENTS loads what the GDT has for users. From here on memory is reached through SS only, and nothing may fault: a
// nested entry would leave the kernel's segments.
#define USER_SEGMENTS(R) \
	MOVL $0x23, R; \
	MOVW R, DS; \
	MOVW R, ES; \
	MOVW R, FS; \
	MOVL $0x2B, R; \
	MOVW R, GS

#define IO_OFFSET  0xF08000E6 // TSS: offset of the I/O bitmap

/*
 * smallSysenter: Ipc and Lipc. In, stack and hazards as sysenterEntry.
 *   leaves  by smallExit
 */
TEXT ·smallSysenterEntry(SB),NOSPLIT|NOFRAME,$0
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
	KERNEL_SEGMENTS
	CALL pecan∕kernel·EnterIPC(SB)
	JMP ·smallExit(SB)

/*
 * smallExit: return to the thread that TSS.esp0 names, or idle.
 *   in      TSS.esp0; interrupts off; DS, ES the kernel's
 */
TEXT ·smallExit(SB),NOSPLIT|NOFRAME,$0
again:
	CMPL ·limited(SB), $0
	JEQ  off
	MOVL $ESP0, AX
	MOVL (AX), SP
	CMPL Fast_Exit(SP), $const_ExitIPC
	JGT  idle
	MOVL Fast_Space(SP), CX
	MOVL const_SpaceSegment(CX), AX
	TESTL AX, AX
	JEQ  large
	ORL  $const_ReasonAny, Fast_Reasons(SP)
large:
	CMPL AX, ·segmentNow(SB)
	JNE  change
changed:
	CMPL Fast_Exit(SP), $const_ExitIPC
	JNE  trap
	MOVL Fast_UTCB(SP), CX
	MOVL 4(CX), BX
	MOVL 8(CX), BP
	MOVL ·wordPage(SB), DX
	MOVL Fast_EIP(SP), CX
	MOVL CX, (const_FarAt-const_WordArea)(DX)
	MOVL (Frame_EAX-64)(SP), AX
	MOVL (Frame_ESI-64)(SP), SI
	MOVL Fast_LocalID(SP), DI
	MOVL Fast_ESP(SP), CX
	USER_SEGMENTS(DX)
	MOVL $const_TrampolineAt, DX
	STI
	SYSEXIT
trap:
	MOVL (Frame_EIP-64)(SP), AX
	CMPL AX, ·segmentEnd(SB)
	JCC  beyond
	USER_SEGMENTS(AX)
	LEAL -60(SP), SP
	POPAL
	LEAL 8(SP), SP
	IRETL
change:
	// The GDT's code and data descriptor: lower halves (limit; base 0..15 is 0), upper halves, and the offset of the
	// I/O bitmap, which is beyond the limit of the TSS for a small space.
	MOVL AX, ·segmentNow(SB)
	MOVL $0xFFFF, BX
	MOVL $0x00CBF200, DX
	MOVL $const_UserTop, SI
	MOVL $const_bitmapOffset, DI
	TESTL AX, AX
	JEQ  write
	MOVL AX, DX
	ANDL $~7, DX
	MOVL AX, CX
	ANDL $7, CX
	MOVL $0x400000, SI
	SHLL CX, SI
	MOVL SI, BX
	SHRL $12, BX
	DECL BX
	MOVL $0xFFFF, DI
write:
	MOVL $0x10, ·kernelData(SB)
	MOVL SI, ·segmentEnd(SB)
	MOVL BX, ·gdt+24(SB)
	MOVL BX, ·gdt+32(SB)
	MOVL DX, ·gdt+36(SB)
	ORL  $0x800, DX
	MOVL DX, ·gdt+28(SB)
	MOVL $IO_OFFSET, AX
	MOVW DI, (AX)
	JMP  changed
beyond:
	// IRET would fault.
	LEAL -TCB_CTX(SP), BX
	MOVL $STACK_END, SP
	PUSHL BX
	CALL pecan∕kernel·EnterBeyond(SB)
	JMP  again
off:
	// The last small space has gone in this entry: segments are flat again.
	USER_SEGMENTS(AX)
	JMP  ·exitToUser(SB)
idle:
	MOVL $STACK_END, SP
	STI
wait:
	HLT
	JMP  wait

// smallTrap is trapEntry.
TEXT ·smallTrap(SB),NOSPLIT|NOFRAME,$0
	TRAP_BODY(KERNEL_SEGMENTS, NESTED_SEGMENTS, pecan∕kernel·EnterSmallTrap(SB), ·smallExit(SB))

// smallDebug is debugEntry.
TEXT ·smallDebug(SB),NOSPLIT|NOFRAME,$0
	TESTL $3, 4(SP)
	JNE  ordinary
	CMPL 0(SP), $·smallSysenterEntry(SB)
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
	JMP ·smallTrap(SB)

#define T(twin, name, n) \
TEXT name(SB),NOSPLIT|NOFRAME,$0; \
	PUSHL $0; \
	PUSHL $n; \
	JMP ·smallTrap(SB); \
DATA ·smallVectors+(4*n)(SB)/4, $name(SB)
#define E(twin, name, n) \
TEXT name(SB),NOSPLIT|NOFRAME,$0; \
	PUSHL $n; \
	JMP ·smallTrap(SB); \
DATA ·smallVectors+(4*n)(SB)/4, $name(SB)
#define D(twin, name, n) DATA ·smallVectors+(4*n)(SB)/4, $name(SB)
#include "vectors_386.h"
GLOBL ·smallVectors(SB), RODATA, $512
DATA ·smallSysenter+0(SB)/4, $·smallSysenterEntry(SB)
GLOBL ·smallSysenter(SB), RODATA, $4
