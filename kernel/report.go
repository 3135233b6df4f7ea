package kernel

// reportHalt says on the console that a thread was halted because nobody handles its fault: the only sign that a
// program without exception handler leaves.
func reportHalt(t *TCB) {
	startLine()
	console.print("thread ")
	console.decimal(t.number())
	console.print(" halted: exception ")
	console.decimal(t.Frame.Vector)
	console.pair(" eip ", userIP(t))
	console.pair(" esp ", userSP(t))
	console.put('\n')
}
