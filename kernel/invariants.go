package kernel

// checkInvariants returns what is wrong with the kernel's data, or nothing.
func checkInvariants() string {
	if cpu.handoff != 0 {
		return "a woken thread was left out of the ready queues"
	}
	if cpu.top != highest() {
		return "top is not the highest ready queue"
	}
	return ""
}
