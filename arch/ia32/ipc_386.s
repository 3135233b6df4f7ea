#include "textflag.h"
#include "go_asm.h"

/*
 * The fast path of Ipc and Lipc. docs/fast-path.md has its conditions, and why each is there.
 *
 * Memory is reached through SS only: BP and SP as base, or an SS prefix, because DS and ES are the caller's. Up to COMMIT
 * nothing is written but the caller's user ESP and EIP. Two instructions may fault, both before COMMIT: the first look at
 * the receiver's TCB, which this directory may not show yet (it is repeated), and the one at localID (it goes the slow way).
 * From COMMIT on nothing can fault: UTCBs are reached through the window, the receiver's TCB is in its own directory.
 */
#define TIMER 96 // how far below Fast the Timer part lies
#define SS_ BYTE $0x36;
#define STORE_ESP0 SS_ BYTE $0x89; BYTE $0x2D; LONG $0xF0800084 // MOVL BP, ESP0
#define STORE_WORD SS_ BYTE $0x89; BYTE $0x3D; LONG $0xF0C40000 // MOVL DI, WordAlias

// TCB_OF makes BP point to the Fast part of the TCB of the thread whose global ID is in id.
#define TCB_OF(id) \
	MOVL id, BP; \
	SHRL $4, BP; \
	ANDL $0x0FFFFC00, BP; \
	ADDL $0xC00003C0, BP

// In what follows BX is the receiver's UTCB: the word that was compared with Floor, without its low byte.
//
// COMMIT puts the caller into its plain wait, takes the receiver out of its own and makes it the running thread.
// Equal afterwards: both are in one space. CX: the receiver's directory. The caller's TCB may be out of sight as soon as CR3 is loaded.
#define COMMIT \
	MOVL DX, Fast_Wait(SP); \
	MOVL $0, Fast_Wait(BP); \
	MOVL $1, Fast_WaitedFor(BP); \
	STORE_ESP0; \
	MOVL Fast_PDir(BP), CX; \
	CMPL CX, Fast_PDir(SP)

// USER sets what the receiver reads at gs:0, its local ID, and loads it and the other return registers but EAX, EBX, EBP, ESI.
#define USER \
	MOVL Fast_GSWord(BP), DI; \
	STORE_WORD; \
	MOVL Fast_EIP(BP), DX; \
	MOVL Fast_ESP(BP), CX

#define LEAVE \
	CLD; \
	STI; \
	SYSEXIT

// LEAVE_LABEL returns to the receiver in BP, whose UTCB is in BX, with a message of no words: EBX and EBP show MR1 and MR2
// as they are.
#define LEAVE_LABEL \
	USER; \
	SS_ MOVL SI, (BX); \
	SS_ MOVL 8(BX), BP; \
	SS_ MOVL 4(BX), BX; \
	LEAVE

// SOURCE makes DI point to the caller's UTCB.
#define SOURCE \
	MOVL Fast_Target(SP), DI; \
	ANDL $0xFFFFFF00, DI

// COPY copies MRi from the UTCB at DI to that at BX by way of a register.
#define COPY(i, by) \
	SS_ MOVL (4*i)(DI), by; \
	SS_ MOVL by, (4*i)(BX)

// LEAVE_WORDS returns to the receiver in BP with MR1 in BX and MR2 in SP.
#define LEAVE_WORDS \
	USER; \
	MOVL SP, BP; \
	LEAVE

/*
 * sysenterEntry: Ipc and Lipc.
 *   in      EAX to, ECX timeouts, EDX from-specifier, ESI MR0, EBX return EIP, EBP user ESP (KIP stub)
 *           ESP -> TSS.esp0. DS, ES, FS, GS and all EFLAGS but IF, VM are the user's.
 *   leaves  by SYSEXIT as the receiver; or by slowIPC with SP -> Fast part of the caller's TCB and the registers as they
 *           came, but BX, BP, DI; a local destination or from-specifier may have become the global one
 * A #DB may arrive on the first instruction (user TF); it is caught by debugEntry, which notes ReasonTrace.
 */
TEXT ·sysenterEntry(SB),NOSPLIT|NOFRAME,$0
	MOVL 0(SP), SP
	MOVL BP, Fast_ESP(SP)
	MOVL BX, Fast_EIP(SP)
	MOVL CX, BX
	ORL  Fast_Reasons(SP), BX
	TESTW BX, BX
	JNE  timed
lookup:
	TCB_OF(AX)
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
	XORB BX, BX
	TESTW SI, SI
	JNE  words

	COMMIT
	JEQ  label
	MOVL CX, CR3
	LEAVE_LABEL
label:
	MOVL Fast_LocalID(SP), AX
	LEAVE_LABEL

words:
	CMPW SI, $4
	JHI  many
	JNE  few
	SOURCE
	COMMIT
	JEQ  fourLocal
	MOVL CX, CR3
four:
	SS_ MOVL SI, (BX)
	COPY(4, CX)
	COPY(3, CX)
	COPY(2, SP)
	SS_ MOVL 4(DI), DI
	SS_ MOVL DI, 4(BX)
	MOVL DI, BX
	LEAVE_WORDS
fourLocal:
	MOVL Fast_LocalID(SP), AX
	JMP  four

few:
	SOURCE
	COMMIT
	JEQ  fewLocal
	MOVL CX, CR3
few1:
	SS_ MOVL SI, (BX)
	CMPW SI, $2
	JCS  one
	JEQ  two
	COPY(3, CX)
two:
	COPY(2, SP)
first:
	SS_ MOVL 4(DI), DI
	SS_ MOVL DI, 4(BX)
	MOVL DI, BX
	LEAVE_WORDS
one:
	SS_ MOVL 8(BX), SP
	JMP  first
fewLocal:
	MOVL Fast_LocalID(SP), AX
	JMP  few1

many:
	TESTL $0xFFC0, SI
	JNE  back
	SOURCE
	COMMIT
	JEQ  manyLocal
	MOVL CX, CR3
many1:
	SS_ MOVL SI, (BX)
	MOVL $0x23, CX
	MOVW CX, ES // where MOVSL stores
	MOVL SI, DX
	MOVL SI, CX
	ANDL $63, CX
	LEAL 4(DI), SI
	LEAL 4(BX), DI
	CLD
	SS_ REP; MOVSL
	MOVL DX, SI
	SS_ MOVL 8(BX), SP
	SS_ MOVL 4(BX), BX
	LEAVE_WORDS
manyLocal:
	MOVL Fast_LocalID(SP), AX
	JMP  many1

	// No thread has this global ID. A local one names a thread of the caller's space: its UTCB, user memory, says which,
	// and its TCB whether that is true.
local:
	TESTL $0x3F, AX
	JNE  slow
	LEAL -256(AX), BX
	CMPL BX, $(0xC0000000-256) // and not nilthread
	JCC  slow
	MOVL AX, BP
	MOVL -60(BP), BX // MyGlobalID; may fault
	TCB_OF(BX)
	CMPL BX, Fast_GlobalID(BP)
	JNE  slow
	CMPL AX, Fast_LocalID(BP)
	JNE  slow
	MOVL Fast_PDir(BP), DI
	CMPL DI, Fast_PDir(SP)
	JNE  slow
	CMPL DX, AX
	JNE  other
	MOVL BX, DX
other:
	MOVL BX, AX
	JMP  found

	// A finite receive timeout, the same as last time: the entry in the timeout heap stays, the deadline moves on.
timed:
	MOVL Fast_Reasons(SP), BX
	CMPL BX, $const_ReasonTimer
	JNE  slow
	MOVWLZX CX, BX
	CMPL BX, (Timer_Time-TIMER)(SP)
	JNE  slow
	MOVL AX, BX
	MOVL DX, DI
	RDTSC
	ADDL (Timer_Cycles-TIMER)(SP), AX
	ADCL (Timer_Cycles-TIMER+4)(SP), DX
	MOVL AX, (Timer_Deadline-TIMER)(SP)
	MOVL DX, (Timer_Deadline-TIMER+4)(SP)
	MOVL BX, AX
	MOVL DI, DX
	JMP  lookup

back:
	MOVL Fast_GlobalID(BP), AX
slow:
	JMP  ·slowIPC(SB)

// ipcFault is where a fault on user memory in sysenterEntry continues, and the end of its code.
TEXT ·ipcFault(SB),NOSPLIT|NOFRAME,$0
	JMP  ·slowIPC(SB)

DATA ·ipcStart+0(SB)/4, $·sysenterEntry(SB)
GLOBL ·ipcStart(SB), RODATA, $4
DATA ·ipcEnd+0(SB)/4, $·ipcFault(SB)
GLOBL ·ipcEnd(SB), RODATA, $4
