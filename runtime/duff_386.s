#include "textflag.h"

// Duff's devices: unrolled clearing and copying. The compiler jumps into the middle, at a distance from the
// start that it computes from the length of one step; so number and encoding of the steps are dictated by
// cmd/compile (128 each) and these two can not be written as loops.

// duffzero stores AX to the words at DI, and advances DI.
TEXT ·duffzero(SB), NOSPLIT, $0-0
#define ZERO4 STOSL; STOSL; STOSL; STOSL
#define ZERO16 ZERO4; ZERO4; ZERO4; ZERO4
	ZERO16; ZERO16; ZERO16; ZERO16
	ZERO16; ZERO16; ZERO16; ZERO16
	RET

// duffcopy copies words from SI to DI by way of CX, and advances both.
#define COPY	MOVL (SI), CX; ADDL $4, SI; MOVL CX, (DI); ADDL $4, DI
#define COPY4	COPY; COPY; COPY; COPY
#define COPY16	COPY4; COPY4; COPY4; COPY4
TEXT ·duffcopy(SB), NOSPLIT, $0-0
	COPY16; COPY16; COPY16; COPY16
	COPY16; COPY16; COPY16; COPY16
	RET
