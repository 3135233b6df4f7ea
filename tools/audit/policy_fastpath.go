package main

import "golang.org/x/arch/x86/x86asm"

// sysenter is where all fast paths begin.
const sysenter = ia32 + "sysenterEntry"

// The ceilings of the design for short inter-space IPC of 0 words.
var shortest = Cost{45, 14, 9, 1}

// The fast paths of Ipc (arch/ia32/ipc_386.s, docs/fast-path.md), one way each. Branches are counted along the way; which of them
// are taken:
//
//	a call (from = to) finds its receiver in an open wait: "from is to" is taken
//	an answer (from anybody) finds its receiver in a wait for this thread: "it waits for me" is taken
//	a local ID: "no thread has this global ID" is taken
//	within a space: "the directories are equal" is taken
//	words: "the tag is not 0" is taken
//	a timeout: "timeout or reasons are not 0" is taken
var kernelFastPaths = []FastPath{
	{Name: "call, inter-space, 0 words", From: sysenter, Taken: []int{3}, Trace: "rpc_inter/1",
		Budget: Cost{45, 14, 8, 1}, Ceiling: shortest, Reason: "Call of a server in another space"},
	{Name: "answer, inter-space, 0 words", From: sysenter, Taken: []int{5}, Trace: "rpc_inter/2",
		Budget: Cost{45, 14, 8, 1}, Ceiling: shortest, Reason: "ReplyWait to a client in another space"},
	{Name: "call, intra-space, 0 words", From: sysenter, Taken: []int{3, 8}, Trace: "rpc_intra/1",
		Budget: Cost{45, 15, 8, 0}, Reason: "Call of a server in the same space, by its global ID"},
	{Name: "answer, intra-space, 0 words", From: sysenter, Taken: []int{5, 8}, Trace: "rpc_intra/2",
		Budget: Cost{45, 15, 8, 0}, Reason: "ReplyWait to a client in the same space, by its global ID"},
	{Name: "call, local ID, 0 words", From: sysenter, Taken: []int{2, 9, 14}, Trace: "rpc_intra_local/1",
		Budget: Cost{68, 20, 8, 0}, Reason: "Call of a server in the same space, by its local ID"},
	{Name: "answer, local ID, 0 words", From: sysenter, Taken: []int{2, 8, 11, 14}, Trace: "rpc_intra_local/2",
		Budget: Cost{67, 20, 8, 0}, Reason: "ReplyWait to the local ID that a receive returns"},
	{Name: "call, receive timeout, inter-space, 0 words", From: sysenter, Taken: []int{1, 5}, Trace: "rpc_inter_timeout/1",
		Budget: Cost{61, 18, 10, 1}, Reason: "the same finite timeout as last time"},
	{Name: "call, inter-space, 1 word", From: sysenter, Taken: []int{3, 7, 9, 11}, Trace: "rpc_inter_1/1",
		Budget: Cost{56, 15, 9, 1}, Reason: "as without words"},
	{Name: "call, inter-space, 4 words", From: sysenter, Taken: []int{3, 7}, Trace: "rpc_inter_4/1",
		Budget: Cost{58, 17, 12, 1}, Reason: "as without words"},
	{Name: "answer, inter-space, 4 words", From: sysenter, Taken: []int{5, 7}, Trace: "rpc_inter_4/2",
		Budget: Cost{58, 17, 12, 1}, Reason: "as without words"},
	{Name: "call, intra-space, 4 words", From: sysenter, Taken: []int{3, 7, 10}, Trace: "rpc_intra_4/1",
		Budget: Cost{59, 18, 12, 0}, Reason: "as without words"},
	{Name: "call, inter-space, 63 words", From: sysenter, Taken: []int{3, 7, 8}, Loops: []int{63}, Trace: "rpc_inter_63/1",
		Special: []Class{Segment}, Budget: Cost{125, 78, 71, 1}, Reason: "as without words; MOVS stores through ES, which is the caller's"},
	{Name: "answer, inter-space, 63 words", From: sysenter, Taken: []int{5, 7, 8}, Loops: []int{63}, Trace: "rpc_inter_63/2",
		Special: []Class{Segment}, Budget: Cost{125, 78, 71, 1}, Reason: "as without words; MOVS stores through ES, which is the caller's"},
}

// below is a displacement of -n.
func below(n uint32) uint32 { return -n }

// What they may touch. DS and ES are the caller's, so everything goes through SS, but for what MOVS stores.
var kernelAddresses = []Address{
	{Name: "caller's TCB", Base: x86asm.ESP, Low: 0, High: 64, Write: true, Reason: "the cache line of fast-path fields; at entry ESP points to TSS.esp0"},
	{Name: "caller's timeout", Base: x86asm.ESP, Low: below(96), High: below(64), Write: true, Reason: "time, cycles and deadline of its receive timeout"},
	{Name: "receiver's TCB", Base: x86asm.EBP, Low: 0, High: 64, Write: true, Reason: "the cache line of fast-path fields"},
	{Name: "TSS.esp0", Low: 0xF0800084, High: 0xF0800088, Write: true, Reason: "who runs"},
	{Name: "gs word", Low: 0xF0C40000, High: 0xF0C40004, Write: true, Reason: "what users read at gs:0"},
	{Name: "lowest priority that runs at once", Symbol: ia32 + "Floor", Reason: "nobody more urgent may be passed over"},
	{Name: "caller's local ID", Base: x86asm.EBP, Low: below(60), High: below(56), Reason: "MyGlobalID in a UTCB of the caller's space, user memory: may fault"},
	{Name: "caller's UTCB", Base: x86asm.EDI, Low: 4, High: 256, Reason: "message words, through the window"},
	{Name: "receiver's UTCB", Base: x86asm.EBX, Low: 0, High: 256, Write: true, Reason: "message words, through the window"},
	{Name: "words copied from", Base: x86asm.ESI, Low: 0, High: 4, Reason: "MOVS from the caller's UTCB"},
	{Name: "words copied to", Segment: x86asm.ES, Base: x86asm.EDI, Low: 0, High: 4, Write: true, Reason: "MOVS to the receiver's UTCB"},
}
