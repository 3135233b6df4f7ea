#include "textflag.h"

// func write(p unsafe.Pointer, n int)
TEXT ·write(SB), NOSPLIT, $0-8
	MOVL	$4, AX
	MOVL	$1, BX
	MOVL	p+0(FP), CX
	MOVL	n+4(FP), DX
	INT	$0x80
	RET

// func exitWith(status int)
TEXT ·exitWith(SB), NOSPLIT, $0-4
	MOVL	$1, AX
	MOVL	status+0(FP), BX
	INT	$0x80
	RET

// func fork() int
TEXT ·fork(SB), NOSPLIT, $0-4
	MOVL	$2, AX
	INT	$0x80
	MOVL	AX, ret+0(FP)
	RET

// func wait(child int)
TEXT ·wait(SB), NOSPLIT, $0-4
	MOVL	$7, AX			// waitpid
	MOVL	child+0(FP), BX
	XORL	CX, CX
	XORL	DX, DX
	INT	$0x80
	RET
