#include "go_asm.h"
#include "textflag.h"

// Servers: none of them returns. They begin by waiting for anybody; AX is then the sender, SI the tag, BX and BP are MR1
// and MR2, DI the UTCB (abi 5.1).

#define CALL_AT_SP BYTE $0xFF; BYTE $0x14; BYTE $0x24
#define ANY        $-1
#define WAIT_FIRST \
	MOVL ipc+0(FP), AX; \
	MOVL AX, 0(SP); \
	XORL AX, AX; \
	MOVL ANY, DX; \
	XORL CX, CX; \
	XORL SI, SI; \
	MOVL 0(GS), DI; \
	CALL_AT_SP
#define REPLY_WAIT \
	MOVL ANY, DX; \
	XORL CX, CX; \
	MOVL 0(GS), DI; \
	CALL_AT_SP

// func serve(ipc, tag uint32)
//
// Answers with what is in the message registers, as many words as the tag says.
TEXT ·serve(SB), NOSPLIT, $4-8
	WAIT_FIRST
next:
	MOVL tag+4(FP), SI
	REPLY_WAIT
	JMP  next

// func serveOne(ipc, tag, client uint32)
//
// Answers one client, by the ID that is given: a sender in the same space would show up by its local one.
TEXT ·serveOne(SB), NOSPLIT, $4-12
	WAIT_FIRST
next:
	MOVL tag+4(FP), SI
	MOVL client+8(FP), AX
	REPLY_WAIT
	JMP  next

// func serveMany(ipc, threadSwitch uint32, served *uint32)
//
// Before each answer the client that had the last one runs, and calls again: so somebody is queued at each answer.
TEXT ·serveMany(SB), NOSPLIT, $12-12
	MOVL $0, 4(SP)
	WAIT_FIRST
next:
	MOVL AX, 8(SP)
	MOVL 4(SP), AX
	MOVL threadSwitch+4(FP), CX
	CALL CX
	MOVL served+8(FP), AX
	INCL (AX)
	MOVL 8(SP), AX
	MOVL AX, 4(SP)
	XORL SI, SI
	REPLY_WAIT
	JMP  next

// func serveMaps(ipc uint32)
//
// Answers two untyped words with a map item of these words.
TEXT ·serveMaps(SB), NOSPLIT, $4-4
	WAIT_FIRST
next:
	MOVL BX, 4(DI)
	MOVL BP, 8(DI)
	MOVL $(2<<6), SI
	REPLY_WAIT
	JMP  next

// func servePages(ipc uint32)
//
// A pager: answers page faults with the page at the same address, writable. Three untyped words without the label of page
// faults are a request to start the thread in MR3 with IP and SP in MR1 and MR2.
TEXT ·servePages(SB), NOSPLIT, $4-4
	WAIT_FIRST
next:
	MOVL SI, CX
	SHRL $20, CX
	CMPL CX, $0xFFE
	JNE  start
	ANDL $~4095, BX
	LEAL 8(BX), CX
	MOVL CX, 4(DI)
	LEAL 0xC7(BX), CX
	MOVL CX, 8(DI)
	MOVL $(2<<6), SI
	REPLY_WAIT
	JMP  next
start:
	MOVL BX, 4(DI)
	MOVL BP, 8(DI)
	MOVL 12(DI), AX
	MOVL $2, SI
	REPLY_WAIT
	JMP  next

// func serveExceptions(ipc uint32)
//
// An exception handler: threads go on two bytes behind the instruction.
TEXT ·serveExceptions(SB), NOSPLIT, $4-4
	WAIT_FIRST
next:
	ADDL $2, BX
	MOVL BX, 4(DI)
	MOVL BP, 8(DI)
	MOVL $12, SI
	REPLY_WAIT
	JMP  next

// func driver(ipc, irq uint32, seen *uint32)
//
// Waits for interrupts, notes the time in seen, takes the byte from the keyboard controller, and acknowledges.
TEXT ·driver(SB), NOSPLIT, $4-12
	MOVL ipc+0(FP), AX
	MOVL AX, 0(SP)
	XORL AX, AX
next:
	MOVL irq+4(FP), DX
	XORL CX, CX
	XORL SI, SI
	MOVL 0(GS), DI
	CALL_AT_SP
	RDTSC
	MOVL seen+8(FP), CX
	MOVL AX, (CX)
	MOVL $0x60, DX
	INB
	MOVL irq+4(FP), AX
	JMP  next

// func switchAlways(threadSwitch, dest uint32)
TEXT ·switchAlways(SB), NOSPLIT, $4-8
next:
	MOVL dest+4(FP), AX
	MOVL threadSwitch+0(FP), CX
	CALL CX
	JMP  next
