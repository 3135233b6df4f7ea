/*
 * What entry_386.s and small_386.s share.
 *
 * TSS.esp0 always points at the Fast part of the running thread's TCB: hardware frames grow down from there into the
 * Frame part, fast-path fields lie above. Its value is the only record of who runs.
 */
#define ESP0       0xF0800084
#define STACK_END  0xF0C0A000

/* The TCB begins this far below the esp0 value (kernel.TCB asserts it). */
#define TCB_CTX    0x3C0

/*
 * TRAP_BODY: everything that enters through the IDT, after the stub pushed error code and vector.
 *   from user    the frame lies in the running thread's TCB; Go runs on the kernel stack
 *   from idle    recognised by the empty kernel stack below the frame
 *   from kernel  nested fault or interrupt; Go runs below, or on the kernel stack if the fast path was on a TCB
 * SEGMENTS and NESTED load the segment registers at entry and before the return to interrupted kernel code.
 * A user's AC and ID are cleared, they would reach whoever leaves by SYSEXIT.
 * Hardware never lets a user set VM, but QEMU's IRET does. The frame then has four segment registers more: it is moved
 * to its place, and the thread goes on in protected mode, where it belongs.
 */
#define TRAP_BODY(SEGMENTS, NESTED, ENTER, EXIT) \
	PUSHAL; \
	CLD; \
	SEGMENTS; \
	MOVL SP, BX; \
	TESTL $0x20000, 48(SP); \
	JNE  virtual; \
	TESTL $3, 44(SP); \
	JEQ  kernel; \
user: \
	MOVL $STACK_END, SP; \
	PUSHL $2; \
	POPFL; \
	SUBL $(TCB_CTX-60), BX; \
	PUSHL BX; \
	CALL ENTER; \
	JMP EXIT; \
virtual: \
	LEAL 16(SP), BX; \
	MOVL 52(SP), DX; \
	MOVL 40(SP), CX; \
	MOVL $0x23, 56(BX); \
	MOVL DX, 52(BX); \
	MOVL $0x202, 48(BX); \
	MOVL $0x1B, 44(BX); \
	MOVL CX, 40(BX); \
	MOVL 36(SP), AX; \
	MOVL AX, 36(BX); \
	MOVL 32(SP), AX; \
	MOVL AX, 32(BX); \
	MOVL $7, CX; \
move: \
	MOVL (SP)(CX*4), AX; \
	MOVL AX, (BX)(CX*4); \
	DECL CX; \
	JPL  move; \
	MOVL BX, SP; \
	JMP  user; \
kernel: \
	CMPL SP, $(STACK_END-52); \
	JEQ  idle; \
	CMPL SP, $const_Window; \
	JCC  nested; \
	MOVL $STACK_END, SP; \
nested: \
	PUSHL BX; \
	SUBL $4, BX; \
	PUSHL BX; \
	CALL pecan∕kernel·EnterNested(SB); \
	MOVL 4(SP), SP; \
	NESTED; \
	POPAL; \
	LEAL 8(SP), SP; \
	IRETL; \
idle: \
	MOVL 32(BX), AX; \
	MOVL $STACK_END, SP; \
	PUSHL AX; \
	CALL pecan∕kernel·EnterIdle(SB); \
	JMP EXIT
