/* Entry and exit of the stand-in for a stock L4 loader. */

	.code32
	.text
	.align 4
	.long 0x1BADB002, 3, -(0x1BADB002 + 3)	/* page-aligned modules, memory map */

/* _start: entered by a multiboot loader. In: EBX = multiboot information. */
	.globl _start
_start:
	cld
	mov $stack, %esp
	push %ebx
	call load
1:	cli
	hlt
	jmp 1b

/* void enter(unsigned entry, unsigned eax, unsigned ebx): hands over to the kernel as the stock loader does. Interrupts are
 * off, paging is off, the stack is unusable and the registers hold nothing of use. Never returns. */
	.globl enter
enter:
	cli
	wbinvd
	mov 4(%esp), %ecx
	mov 8(%esp), %eax
	mov 12(%esp), %ebx
	mov $0xdeadbeef, %edx
	mov %edx, %esi
	mov %edx, %edi
	mov %edx, %ebp
	mov %edx, %esp
	jmp *%ecx

	.bss
	.skip 8192
stack:
