#include "go_asm.h"
#include "textflag.h"

// What fork leaves on the stack for its second return, from the stack pointer that it sends upward: the thread's g, the
// general registers as PUSHAL pushes them, the flags, the return address, the argument and the result.
#define SAVED_AX 28 // from the general registers
#define RESULT   8  // from the return address

// The assembler counts pushes and pops and would refuse a function that ends with more of one kind.
#define PLAIN_RET BYTE $0xC3

// func fork(server ThreadID) MsgTag
//
// in:  4(SP) server
// out: 8(SP) tag of the answer, or isChild; all registers and flags but AX as they were
TEXT ·fork(SB), NOSPLIT|NOFRAME, $0-8
	PUSHFL
	PUSHAL
	MOVL 40(SP), AX // server: above registers, flags and return address
	MOVL 0(GS), DI
	PUSHL -4(DI)
	MOVL SP, 4(DI)
	MOVL $forked<>(SB), CX
	MOVL CX, 8(DI)
	SUBL $24, SP
	MOVL AX, 0(SP)  // to
	MOVL AX, 4(SP)  // from
	MOVL $0, 8(SP)  // no timeouts
	MOVL $const_forkTag, 12(SP)
	CALL ·Ipc(SB)
	MOVL 20(SP), AX // result
	ADDL $28, SP    // and g
	JMP  return<>(SB)

// forked is where the copy begins, on its copy of the stack.
TEXT forked<>(SB), NOSPLIT|NOFRAME, $0-0
	CLD
	POPL AX
	MOVL 0(GS), CX
	MOVL AX, -4(CX)
	MOVL $const_isChild, AX
	JMP  return<>(SB)

// return returns AX from fork. SP points to the general registers.
TEXT return<>(SB), NOSPLIT|NOFRAME, $0-0
	MOVL AX, SAVED_AX(SP)
	POPAL
	POPFL
	MOVL AX, RESULT(SP)
	PLAIN_RET
