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
