/* Entry under Linux: makes a segment for GS whose first word holds the address of a UTCB, then goes to _start. */
	.text
	.globl	host_start
host_start:
	movl	$243, %eax		/* set_thread_area */
	movl	$descriptor, %ebx
	int	$0x80
	movl	descriptor, %eax
	leal	3(,%eax,8), %eax
	movl	%eax, %gs
	jmp	main

	.data
	.balign	4
descriptor:
	.long	-1, segment, 0xFFFFF, 0x51
segment:
	.long	utcb
	.skip	64
utcb:	.skip	512
	.section .note.GNU-stack, "", @progbits
