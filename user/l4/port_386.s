#include "textflag.h"

// func In8(port uint16) uint8
TEXT ·In8(SB), NOSPLIT, $0-5
	MOVW port+0(FP), DX
	INB
	MOVB AX, ret+4(FP)
	RET

// func Out8(port uint16, v uint8)
TEXT ·Out8(SB), NOSPLIT, $0-3
	MOVW port+0(FP), DX
	MOVB v+2(FP), AX
	OUTB
	RET

// func Out16(port uint16, v uint16)
TEXT ·Out16(SB), NOSPLIT, $0-4
	MOVW port+0(FP), DX
	MOVW v+2(FP), AX
	OUTW
	RET

// func Out32(port uint16, v uint32)
TEXT ·Out32(SB), NOSPLIT, $0-8
	MOVW port+0(FP), DX
	MOVL v+4(FP), AX
	OUTL
	RET
