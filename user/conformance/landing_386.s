#include "textflag.h"

// func landing()
TEXT ·landing(SB), NOSPLIT|NOFRAME, $0-0
	MOVL AX, ·landed+0(SB)
	MOVL CX, ·landed+4(SB)
	MOVL DX, ·landed+8(SB)
	MOVL BX, ·landed+12(SB)
	MOVL SI, ·landed+16(SB)
	MOVL DI, ·landed+20(SB)
	MOVL BP, ·landed+24(SB)
	MOVL SP, ·landed+28(SB)
	MOVL $·landingStack+256(SB), SP
	PUSHFL
	POPL ·landed+32(SB)
	MOVL $1, ·landed+36(SB)
again:
	JMP again

GLOBL ·landingStack(SB), NOPTR, $512

// func landingAddress() uint32
TEXT ·landingAddress(SB), NOSPLIT|NOFRAME, $0-4
	MOVL $·landing(SB), AX
	MOVL AX, ret+0(FP)
	RET

// func landedAddress() uint32
TEXT ·landedAddress(SB), NOSPLIT|NOFRAME, $0-4
	MOVL $·landed(SB), AX
	MOVL AX, ret+0(FP)
	RET

// func lifeCountAddress() uint32
TEXT ·lifeCountAddress(SB), NOSPLIT|NOFRAME, $0-4
	MOVL $·lifeCount(SB), AX
	MOVL AX, ret+0(FP)
	RET

// func askKIP()
TEXT ·askKIP(SB), NOSPLIT|NOFRAME, $0-0
	BYTE $0xF0; BYTE $0x90 // KernelInterface
	JMP ·landing(SB)

// func askKIPAddress() uint32
TEXT ·askKIPAddress(SB), NOSPLIT|NOFRAME, $0-4
	MOVL $·askKIP(SB), AX
	MOVL AX, ret+0(FP)
	RET
