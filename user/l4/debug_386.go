package l4

// The pseudo calls of a kernel debugger, by which programs print before there is a console server. The kernel decodes
// them only for threads whose ExceptionHandler is nil; for others they are breakpoint exceptions.

// KernelPutc prints a character on the kernel's console. The kernel puts the carriage return in front of a line end.
func KernelPutc(c byte)

// KernelGetc waits for a character from the kernel's console.
func KernelGetc() byte

// KernelTryGetc is a character from the kernel's console, or -1 if there is none.
func KernelTryGetc() int32

// KernelPrint prints on the kernel's console, at once.
func KernelPrint(s string) {
	for i := range len(s) {
		KernelPutc(s[i])
	}
}
