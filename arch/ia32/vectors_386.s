#include "textflag.h"

// The stubs behind the IDT, one per vector in use (vectors_386.h), and the table of their addresses. T: without an error code
// from the processor, E: with one.
#define T(name, twin, n) \
TEXT name(SB),NOSPLIT|NOFRAME,$0; \
	PUSHL $0; \
	PUSHL $n; \
	JMP ·trapEntry(SB); \
DATA ·vectorTable+(4*n)(SB)/4, $name(SB)
#define E(name, twin, n) \
TEXT name(SB),NOSPLIT|NOFRAME,$0; \
	PUSHL $n; \
	JMP ·trapEntry(SB); \
DATA ·vectorTable+(4*n)(SB)/4, $name(SB)
#define D(name, twin, n) DATA ·vectorTable+(4*n)(SB)/4, $name(SB)
#include "vectors_386.h"
GLOBL ·vectorTable(SB), RODATA, $512
DATA ·sysenterAddr+0(SB)/4, $·sysenterEntry(SB)
GLOBL ·sysenterAddr(SB), RODATA, $4
