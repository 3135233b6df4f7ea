package kernel

const mostHalts = 1024

var haltsReported uint32

// reportHalt says on the console that a thread was halted because nobody handles its fault: the only sign that a
// program without exception handler leaves.
//
// Printing is slow and runs with interrupts off, so there is an end to it.
func reportHalt(t *TCB) {
	if haltsReported++; haltsReported > mostHalts {
		haltsReported = mostHalts
		return
	}
	cpu.work++ // as long as another step of a long operation
	startLine()
	console.print("thread ")
	console.decimal(t.number())
	console.print(" halted: exception ")
	console.decimal(t.Frame.Vector)
	console.pair(" eip ", userIP(t))
	console.pair(" esp ", userSP(t))
	console.put('\n')
}
