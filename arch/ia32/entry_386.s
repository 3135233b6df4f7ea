#include "textflag.h"
#include "go_asm.h"

// Entry and exit. See docs/kernel-entry.md for the whole picture.
//
// TSS.esp0 always points at the Fast part of the running thread's TCB: hardware frames grow down from there into the
// Frame part, fast-path fields lie above. Its value is the only record of who runs.

#define ESP0       0xF0800084
#define STACK_END  0xF0C0A000

// The TCB begins this far below the esp0 value (kernel.TCB asserts it).
#define TCB_CTX    0x3C0

/*
 * LOAD_SEGMENTS loads what both kernel and user use. GS is looked at first: loading it means a change of its descriptor
 * (RESTORE_GS), because users must not be able to load that (docs/kernel-entry.md). Clobbers AX; RESTORE_GS AX and CX.
 */
#define LOAD_SEGMENTS(restore, loaded) \
	MOVL $0x23, AX; \
	MOVW AX, DS; \
	MOVW AX, ES; \
	MOVW AX, FS; \
	MOVW GS, AX; \
	CMPW AX, $0x2B; \
	JNE  restore; \
loaded:
#define RESTORE_GS(restore, loaded) \
restore: \
	MOVL ·gdtView(SB), AX; \
	ORB  $1, 0x2D(AX); \
	MOVL $0x2B, CX; \
	MOVW CX, GS; \
	ANDB $0xFE, 0x2D(AX); \
	MOVL $1, ·repaired(SB); \
	JMP  loaded

/*
 * slowIPC: Ipc and Lipc in Go.
 *   in      registers as in sysenterEntry, but SP -> Fast part of the caller's TCB, and EIP and ESP are stored there
 *   stack   the processor's kernel stack, empty
 *   leaves  by exitToUser
 */
TEXT ·slowIPC(SB),NOSPLIT|NOFRAME,$0
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
	LOAD_SEGMENTS(restore, loaded)
	CALL pecan∕kernel·EnterIPC(SB)
	JMP ·exitToUser(SB)
	RESTORE_GS(restore, loaded)

/*
 * exitToUser: return to the thread that TSS.esp0 names, or idle.
 *   in      nothing but TSS.esp0; interrupts off; segments loaded
 */
TEXT ·exitToUser(SB),NOSPLIT|NOFRAME,$0
	MOVL $ESP0, AX
	MOVL (AX), SP
	CMPL Fast_Exit(SP), $const_ExitIPC
	JNE  trap
	MOVL Fast_UTCB(SP), CX
	MOVL (Frame_EAX-64)(SP), AX
	MOVL (Frame_ESI-64)(SP), SI
	MOVL Fast_LocalID(SP), DI
	MOVL 4(CX), BX
	MOVL 8(CX), BP
	MOVL Fast_EIP(SP), DX
	MOVL Fast_ESP(SP), CX
	STI
	SYSEXIT
trap:
	JGT  idle
	LEAL -60(SP), SP
	POPAL
	LEAL 8(SP), SP
	IRETL
idle:
	MOVL $STACK_END, SP
	STI
wait:
	HLT
	JMP  wait

/*
 * trapEntry: everything that enters through the IDT, after the stub pushed error code and vector.
 *   from user    the frame lies in the running thread's TCB; Go runs on the kernel stack
 *   from idle    recognised by the empty kernel stack below the frame
 *   from kernel  nested fault or interrupt; Go runs below, or on the kernel stack if the fast path was on a TCB
 */
TEXT ·trapEntry(SB),NOSPLIT|NOFRAME,$0
	PUSHAL
	CLD
	LOAD_SEGMENTS(restore, loaded)
	MOVL SP, BX
	TESTL $0x20000, 48(SP)
	JNE  virtual
	TESTL $3, 44(SP)
	JEQ  kernel
user:
	MOVL $STACK_END, SP
	PUSHL $2 // a user's AC and ID would reach whoever leaves by SYSEXIT
	POPFL
	SUBL $(TCB_CTX-60), BX
	PUSHL BX
	CALL pecan∕kernel·EnterTrap(SB)
	JMP ·exitToUser(SB)
virtual:
	// Hardware never lets a user set VM, but QEMU's IRET does. The frame then has four segment registers more: it is moved to
	// its place, and the thread goes on in protected mode, where it belongs.
	LEAL 16(SP), BX
	MOVL 52(SP), DX
	MOVL 40(SP), CX
	MOVL $0x23, 56(BX)
	MOVL DX, 52(BX)
	MOVL $0x202, 48(BX)
	MOVL $0x1B, 44(BX)
	MOVL CX, 40(BX)
	MOVL 36(SP), AX
	MOVL AX, 36(BX)
	MOVL 32(SP), AX
	MOVL AX, 32(BX)
	MOVL $7, CX
move:
	MOVL (SP)(CX*4), AX
	MOVL AX, (BX)(CX*4)
	DECL CX
	JPL  move
	MOVL BX, SP
	JMP  user
kernel:
	CMPL SP, $(STACK_END-52)
	JEQ  idle
	CMPL SP, $const_Window
	JCC  nested
	MOVL $STACK_END, SP
nested:
	PUSHL BX
	SUBL $4, BX
	PUSHL BX
	CALL pecan∕kernel·EnterNested(SB)
	MOVL 4(SP), SP
	POPAL
	LEAL 8(SP), SP
	IRETL
idle:
	MOVL 32(BX), AX
	MOVL $STACK_END, SP
	PUSHL AX
	CALL pecan∕kernel·EnterIdle(SB)
	JMP ·exitToUser(SB)
	RESTORE_GS(restore, loaded)

/*
 * vector13: #GP. A data segment that a user has changed may be the cause: trapEntry loads the right ones, here it is noted.
 * AX goes to where PUSHAL will put it.
 */
TEXT ·vector13(SB),NOSPLIT|NOFRAME,$0
	PUSHL $13
	PUSHL AX
	MOVW DS, AX
	CMPW AX, $0x23
	JNE  changed
	MOVW ES, AX
	CMPW AX, $0x23
	JNE  changed
	MOVW FS, AX
	CMPW AX, $0x23
	JNE  changed
	POPL AX
	JMP ·trapEntry(SB)
changed:
	BYTE $0x36 // SS:
	MOVL $1, ·repaired(SB)
	POPL AX
	JMP ·trapEntry(SB)

/*
 * debugEntry: #DB. On the first instruction of sysenterEntry the user's TF is still set and ESP points into the TSS
 * page, 128 usable bytes below: note it for the running thread, clear TF in the frame, go on.
 */
TEXT ·debugEntry(SB),NOSPLIT|NOFRAME,$0
	TESTL $3, 4(SP)
	JNE  ordinary // a user may jump to the same address
	CMPL 0(SP), $·sysenterEntry(SB)
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
	JMP ·trapEntry(SB)

// Task-gate entries: own TSS, own stack, no return. The interrupted state is in the main TSS.
TEXT ·doubleFaultTask(SB),NOSPLIT|NOFRAME,$0
	PUSHL $8
	CALL pecan∕kernel·EnterFatal(SB)
stop:
	HLT
	JMP  stop
TEXT ·nmiTask(SB),NOSPLIT|NOFRAME,$0
	PUSHL $2
	CALL pecan∕kernel·EnterFatal(SB)
stop:
	HLT
	JMP  stop
TEXT ·machineCheckTask(SB),NOSPLIT|NOFRAME,$0
	PUSHL $18
	CALL pecan∕kernel·EnterFatal(SB)
stop:
	HLT
	JMP  stop

// A stub per vector: without (T) and with (E) an error code from the processor.
#define T(name, n) \
TEXT name(SB),NOSPLIT|NOFRAME,$0; \
	PUSHL $0; \
	PUSHL $n; \
	JMP ·trapEntry(SB)
#define E(name, n) \
TEXT name(SB),NOSPLIT|NOFRAME,$0; \
	PUSHL $n; \
	JMP ·trapEntry(SB)

T(·vector0, 0)
T(·vector3, 3)
T(·vector4, 4)
T(·vector5, 5)
T(·vector6, 6)
T(·vector7, 7)
T(·vector9, 9)
E(·vector10, 10)
E(·vector11, 11)
E(·vector12, 12)
E(·vector14, 14)
T(·vector15, 15)
T(·vector16, 16)
E(·vector17, 17)
T(·vector19, 19)
T(·vector20, 20)
T(·vector21, 21)
T(·vector22, 22)
T(·vector23, 23)
T(·vector24, 24)
T(·vector25, 25)
T(·vector26, 26)
T(·vector27, 27)
T(·vector28, 28)
T(·vector29, 29)
T(·vector30, 30)
T(·vector31, 31)
T(·vector32, 32)
T(·vector33, 33)
T(·vector34, 34)
T(·vector35, 35)
T(·vector36, 36)
T(·vector37, 37)
T(·vector38, 38)
T(·vector39, 39)
T(·vector40, 40)
T(·vector41, 41)
T(·vector42, 42)
T(·vector43, 43)
T(·vector44, 44)
T(·vector45, 45)
T(·vector46, 46)
T(·vector47, 47)
T(·vector48, 48)
T(·vector49, 49)
T(·vector50, 50)
T(·vector51, 51)
T(·vector52, 52)
T(·vector53, 53)
T(·vector54, 54)
T(·vector55, 55)

// vectorTable holds the entry address of each vector.
DATA ·vectorTable+0(SB)/4, $·vector0(SB)
DATA ·vectorTable+4(SB)/4, $·debugEntry(SB)
DATA ·vectorTable+8(SB)/4, $·nmiTask(SB)
DATA ·vectorTable+12(SB)/4, $·vector3(SB)
DATA ·vectorTable+16(SB)/4, $·vector4(SB)
DATA ·vectorTable+20(SB)/4, $·vector5(SB)
DATA ·vectorTable+24(SB)/4, $·vector6(SB)
DATA ·vectorTable+28(SB)/4, $·vector7(SB)
DATA ·vectorTable+32(SB)/4, $·doubleFaultTask(SB)
DATA ·vectorTable+36(SB)/4, $·vector9(SB)
DATA ·vectorTable+40(SB)/4, $·vector10(SB)
DATA ·vectorTable+44(SB)/4, $·vector11(SB)
DATA ·vectorTable+48(SB)/4, $·vector12(SB)
DATA ·vectorTable+52(SB)/4, $·vector13(SB)
DATA ·vectorTable+56(SB)/4, $·vector14(SB)
DATA ·vectorTable+60(SB)/4, $·vector15(SB)
DATA ·vectorTable+64(SB)/4, $·vector16(SB)
DATA ·vectorTable+68(SB)/4, $·vector17(SB)
DATA ·vectorTable+72(SB)/4, $·machineCheckTask(SB)
DATA ·vectorTable+76(SB)/4, $·vector19(SB)
DATA ·vectorTable+80(SB)/4, $·vector20(SB)
DATA ·vectorTable+84(SB)/4, $·vector21(SB)
DATA ·vectorTable+88(SB)/4, $·vector22(SB)
DATA ·vectorTable+92(SB)/4, $·vector23(SB)
DATA ·vectorTable+96(SB)/4, $·vector24(SB)
DATA ·vectorTable+100(SB)/4, $·vector25(SB)
DATA ·vectorTable+104(SB)/4, $·vector26(SB)
DATA ·vectorTable+108(SB)/4, $·vector27(SB)
DATA ·vectorTable+112(SB)/4, $·vector28(SB)
DATA ·vectorTable+116(SB)/4, $·vector29(SB)
DATA ·vectorTable+120(SB)/4, $·vector30(SB)
DATA ·vectorTable+124(SB)/4, $·vector31(SB)
DATA ·vectorTable+128(SB)/4, $·vector32(SB)
DATA ·vectorTable+132(SB)/4, $·vector33(SB)
DATA ·vectorTable+136(SB)/4, $·vector34(SB)
DATA ·vectorTable+140(SB)/4, $·vector35(SB)
DATA ·vectorTable+144(SB)/4, $·vector36(SB)
DATA ·vectorTable+148(SB)/4, $·vector37(SB)
DATA ·vectorTable+152(SB)/4, $·vector38(SB)
DATA ·vectorTable+156(SB)/4, $·vector39(SB)
DATA ·vectorTable+160(SB)/4, $·vector40(SB)
DATA ·vectorTable+164(SB)/4, $·vector41(SB)
DATA ·vectorTable+168(SB)/4, $·vector42(SB)
DATA ·vectorTable+172(SB)/4, $·vector43(SB)
DATA ·vectorTable+176(SB)/4, $·vector44(SB)
DATA ·vectorTable+180(SB)/4, $·vector45(SB)
DATA ·vectorTable+184(SB)/4, $·vector46(SB)
DATA ·vectorTable+188(SB)/4, $·vector47(SB)
DATA ·vectorTable+192(SB)/4, $·vector48(SB)
DATA ·vectorTable+196(SB)/4, $·vector49(SB)
DATA ·vectorTable+200(SB)/4, $·vector50(SB)
DATA ·vectorTable+204(SB)/4, $·vector51(SB)
DATA ·vectorTable+208(SB)/4, $·vector52(SB)
DATA ·vectorTable+212(SB)/4, $·vector53(SB)
DATA ·vectorTable+216(SB)/4, $·vector54(SB)
DATA ·vectorTable+220(SB)/4, $·vector55(SB)
GLOBL ·vectorTable(SB), RODATA, $224
