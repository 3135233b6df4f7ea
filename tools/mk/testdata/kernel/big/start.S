	.section .boot, "awx"
	.balign 4
	.long	0x1BADB002, 3, -(0x1BADB002 + 3)
	.globl	_start
_start:
	movl	$main, %eax
	jmp	*%eax

	.section .kip, "awx"
	.globl	kip_page
kip_page:
	.byte	0x4C, 0x34, 0xE6, 0x4B
	.balign 4096

	.section .bss
	.balign 4096
	.globl	page
page:	.skip	4 << 20
	.section .note.GNU-stack, "", @progbits
