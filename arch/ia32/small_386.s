#include "textflag.h"
#include "go_asm.h"
#include "trap_386.h"

// Entry and exit while user segments are limited (docs/small-spaces.md). As in entry_386.s, but the kernel runs on its own
// data selector, and every exit loads all segment registers.

// KERNEL_SEGMENTS: FS is not used in the kernel and keeps what the user left.
#define KERNEL_SEGMENTS(restore, loaded) \
	MOVL $0x10, AX; \
	MOVW AX, DS; \
	MOVW AX, ES; \
	CHECK_GS(restore, loaded)

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
	MOVW R, FS

// Stores through SS at fixed places: CS and DS are user's code and data descriptor, at GDTAlias.
#define SS_ BYTE $0x36;
#define STORE_DX(at) SS_ BYTE $0x89; BYTE $0x15; LONG $(at)
#define STORE_CX(at) SS_ BYTE $0x89; BYTE $0x0D; LONG $(at)
#define STORE_ESP0 SS_ BYTE $0x89; BYTE $0x2D; LONG $ESP0 // MOVL BP, ESP0
#define COMPARE_DX(at) SS_ BYTE $0x39; BYTE $0x15; LONG $(at) // CMPL (at), DX
#define CS_LOW     0xF0C60FE8
#define CS_HIGH    0xF0C60FEC
#define DS_LOW     0xF0C60FF0
#define DS_HIGH    0xF0C60FF4
#define WORD_ALIAS 0xF0C40000
#define FAR_ALIAS  0xF0C40008
#define IO_OFFSET  0xF08000E6 // TSS: offset of the I/O bitmap
// MOVW imm, IO_OFFSET
#define STORE_IO(offset) SS_ BYTE $0x66; BYTE $0xC7; BYTE $0x05; LONG $IO_OFFSET; WORD $(offset)

// SHOW_SEGMENTS makes the GDT show the space at CX, whose SpaceSegment is in DX. Lost: CX, DX.
#define SHOW_SEGMENTS \
	SS_ MOVL const_SpaceLimit(CX), CX; \
	STORE_DX(DS_HIGH); \
	STORE_CX(DS_LOW); \
	STORE_CX(CS_LOW); \
	ORL  $0x800, DX; \
	STORE_DX(CS_HIGH)

/*
 * SWITCH takes the receiver in BP out of its wait and puts the caller in SP into one, as COMMIT in ipc_386.s, makes the receiver the
 * running thread, and shows its segments, and its directory if it must. Nothing can fault. Lost: CX, DX.
 *   intra   both are in one space: nothing has to be shown
 */
#define SWITCH(large, intra) \
	MOVL DX, Fast_Wait(SP); \
	MOVL $0, Fast_Wait(BP); \
	MOVL $1, Fast_WaitedFor(BP); \
	STORE_ESP0; \
	MOVL Fast_Space(BP), CX; \
	CMPL CX, Fast_Space(SP); \
	JEQ  intra; \
	SS_ MOVL const_SpaceSegment(CX), DX; \
	TESTL DX, DX; \
	JPL  large; \
	SHOW_SEGMENTS; \
	STORE_IO(0xFFFF)

// SWITCH_OTHERS are its other cases; it goes on behind it, at left.
#define SWITCH_OTHERS(large, shown, intra, left) \
large: \
	COMPARE_DX(DS_HIGH); \
	JEQ  shown; \
	SHOW_SEGMENTS; \
	STORE_IO(const_bitmapOffset); \
shown: \
	MOVL Fast_PDir(BP), CX; \
	SS_ CMPL CX, ·loaded(SB); \
	JEQ  left; \
	SS_ MOVL CX, ·loaded(SB); \
	MOVL CX, CR3; \
	JMP  left; \
intra: \
	MOVL Fast_LocalID(SP), AX; \
	JMP  left

// RETURN_REGISTERS: to the trampoline, and from there to the receiver in BP. Lost: DX.
#define RETURN_REGISTERS \
	MOVL Fast_GSWord(BP), CX; \
	STORE_CX(WORD_ALIAS); \
	MOVL Fast_EIP(BP), DX; \
	STORE_DX(FAR_ALIAS); \
	MOVL Fast_LocalID(BP), DI; \
	MOVL Fast_ESP(BP), CX; \
	USER_SEGMENTS(DX); \
	MOVL $const_TrampolineAt, DX

/*
 * smallSysenter: Ipc and Lipc. In, stack and hazards as sysenterEntry; the conditions are those of docs/fast-path.md, but a
 * caller that has changed GS goes the slow way.
 */
TEXT ·smallSysenterEntry(SB),NOSPLIT|NOFRAME,$0
	MOVL 0(SP), SP
	MOVL BP, Fast_ESP(SP)
	MOVL BX, Fast_EIP(SP)
	MOVL CX, BX
	ORL  Fast_Reasons(SP), BX
	TESTW BX, BX
	JNE  slow
	MOVL AX, BP
	SHRL $4, BP
	ANDL $0x0FFFFC00, BP
	ADDL $0xC00003C0, BP
	CMPL AX, Fast_GlobalID(BP)
	JNE  local
found:
	CMPL DX, AX
	JEQ  named
	CMPL DX, $-1
	JNE  slow
named:
	MOVL Fast_GlobalID(SP), AX
	MOVL Fast_Wait(BP), DI
	CMPL DI, AX
	JEQ  ready
	CMPL DI, $-1
	JNE  back
ready:
	MOVL Fast_Target(BP), BX
	SS_ CMPB BX, ·Floor(SB)
	JCS  back
	MOVW GS, BX
	CMPW BX, $0x2B
	JNE  back
	TESTW SI, SI
	JNE  words

	SWITCH(large, intra)
left:
	RETURN_REGISTERS
	MOVL Fast_UTCB(BP), BP
	MOVL SI, (BP)
	MOVL 4(BP), BX
	MOVL 8(BP), BP
	CLD
	STI
	SYSEXIT
	SWITCH_OTHERS(large, shown, intra, left)

words:
	TESTL $0xFFC0, SI
	JNE  back
	MOVL $0x10, CX
	MOVW CX, ES // where MOVSL stores
	MOVL Fast_UTCB(SP), BX
	MOVL Fast_UTCB(BP), DI
	SS_ MOVL SI, (DI)
	MOVL SI, CX
	ANDL $63, CX
	LEAL 4(BX), SI
	ADDL $4, DI
	CLD
	SS_ REP; MOVSL
	SWITCH(large1, intra1)
left1:
	RETURN_REGISTERS
	MOVL Fast_UTCB(BP), BP
	MOVL (BP), SI
	MOVL 4(BP), BX
	MOVL 8(BP), BP
	STI
	SYSEXIT
	SWITCH_OTHERS(large1, shown1, intra1, left1)

	// A local ID names a thread of the caller's space: its UTCB, user memory seen through the caller's segment, says which, and
	// its TCB whether that is true.
local:
	TESTL $0x3F, AX
	JNE  slow
	LEAL -256(AX), BX
	CMPL BX, $(0xC0000000-256) // and not nilthread
	JCC  slow
	MOVL Fast_Space(SP), DI
	SS_ MOVL const_SpaceSegment(DI), BX
	MOVL AX, BP
	TESTL BX, BX
	JPL  look
	SHRL $12, BP
	SS_ CMPL BP, const_SpaceLimit(DI)
	JHI  slow
	MOVL BX, BP
	ANDL $0xFF000000, BP
	ANDL $0xFF, BX
	SHLL $16, BX
	ADDL BX, BP
	ADDL AX, BP
look:
	MOVL -60(BP), BX // MyGlobalID; may fault
	MOVL BX, BP
	SHRL $4, BP
	ANDL $0x0FFFFC00, BP
	ADDL $0xC00003C0, BP
	CMPL BX, Fast_GlobalID(BP)
	JNE  slow
	CMPL AX, Fast_LocalID(BP)
	JNE  slow
	CMPL DI, Fast_Space(BP)
	JNE  slow
	CMPL DX, AX
	JNE  other
	MOVL BX, DX
other:
	MOVL BX, AX
	JMP  found

back:
	MOVL Fast_GlobalID(BP), AX
slow:
	JMP  ·smallSlow(SB)

// smallSlow: as slowIPC.
TEXT ·smallSlow(SB),NOSPLIT|NOFRAME,$0
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
	KERNEL_SEGMENTS(restore, loaded)
	CALL pecan∕kernel·EnterSmallIPC(SB)
	JMP ·smallExit(SB)
	RESTORE_GS(restore, loaded)

/*
 * smallExit: return to the thread that TSS.esp0 names, or idle.
 *   in      TSS.esp0; interrupts off; DS, ES the kernel's; GS the UTCB's
 */
TEXT ·smallExit(SB),NOSPLIT|NOFRAME,$0
again:
	CMPL ·limited(SB), $0
	JEQ  off
	MOVL CR3, AX
	MOVL AX, ·loaded(SB)
	MOVL $ESP0, AX
	MOVL (AX), SP
	CMPL Fast_Exit(SP), $const_ExitIPC
	JGT  idle
	MOVL Fast_Space(SP), CX
	MOVL const_SpaceSegment(CX), DX
	TESTL DX, DX
	JPL  large
	ORL  $const_ReasonAny, Fast_Reasons(SP)
large:
	COMPARE_DX(DS_HIGH)
	JNE  change
changed:
	CMPL Fast_Exit(SP), $const_ExitIPC
	JNE  trap
	MOVL Fast_UTCB(SP), CX
	MOVL 4(CX), BX
	MOVL 8(CX), BP
	MOVL Fast_EIP(SP), DX
	STORE_DX(FAR_ALIAS)
	MOVL (Frame_EAX-64)(SP), AX
	MOVL (Frame_ESI-64)(SP), SI
	MOVL Fast_LocalID(SP), DI
	MOVL Fast_ESP(SP), CX
	USER_SEGMENTS(DX)
	MOVL $const_TrampolineAt, DX
	STI
	SYSEXIT
trap:
	MOVL Fast_Space(SP), CX
	MOVL $const_UserTop, DX
	CMPL const_SpaceSegment(CX), $0
	JGE  limit
	MOVL const_SpaceLimit(CX), DX
	INCL DX
	SHLL $12, DX
limit:
	CMPL DX, (Frame_EIP-64)(SP)
	JLS  beyond
	USER_SEGMENTS(AX)
	LEAL -60(SP), SP
	POPAL
	LEAL 8(SP), SP
	IRETL
change:
	MOVL $0x10, ·kernelData(SB)
	STORE_IO(const_bitmapOffset)
	TESTL DX, DX
	JPL  show
	STORE_IO(0xFFFF)
show:
	SHOW_SEGMENTS
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
	TRAP_BODY(KERNEL_SEGMENTS, NESTED_SEGMENTS, pecan∕kernel·EnterSmallNested(SB), pecan∕kernel·EnterSmallTrap(SB), pecan∕kernel·EnterIdle(SB), ·smallExit(SB))

// smallVector13 is vector13.
TEXT ·smallVector13(SB),NOSPLIT|NOFRAME,$0
	PROTECTION_BODY(·smallTrap(SB))

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
DATA ·smallStart+0(SB)/4, $·smallSysenterEntry(SB)
GLOBL ·smallStart(SB), RODATA, $4
DATA ·smallEnd+0(SB)/4, $·smallSlow(SB)
GLOBL ·smallEnd(SB), RODATA, $4
