package main

// interruptClauses are semantics 8 and abi 6.3.
var interruptClauses = [...]clause{
	{"8.1", "unassociated: masked"},
	{"8.2", "ThreadControl: unmasked, idle"},
	{"8.3", "interrupt: delivered, or queued at the handler"},
	{"8.4", "handler receives, then the line waits for the acknowledgement"},
	{"8.5", "acknowledgement: unmasked"},
	{"8.6", "one in flight; further ones after the acknowledgement"},
	{"8.7", "a send to a line that waits for none blocks or times out"},
	{"8.8", "deassociation removes the queued message"},
	{"8.9", "Schedule: state of an associated line, error 2 for others"},
	{"abi-6.3.1", "association: only destination and pager matter"},
	{"abi-6.3.2", "pager is the line itself: deassociated"},
	{"abi-6.3.3", "the handler must exist"},
	{"abi-6.3.4", "association with another handler"},
	{"abi-6.3.5", "delivery: sender, tag, open and closed receive"},
	{"abi-6.3.6", "not ready: queued like any sender, once"},
	{"abi-6.3.7", "any message acknowledges"},
	{"abi-6.3.8", "acknowledge and wait in one"},
	{"abi-6.3.9", "no acknowledgement at first"},
	{"abi-6.3.10", "lines that do not exist or are the kernel's"},
	{"10.18", "Schedule on a deassociated line is error 2 (8)"},
}
