// Package l4 is the L4 X.2 API for Go programs on ia32.
//
// It has two halves. Data types and encodings (thread IDs, flexpages, times, tags, message items, UTCB and kernel
// interface page) are plain Go and work on any machine. System calls, thread creation and console output are in the
// files ending in _386 and need the kernel.
//
// Nothing here allocates: messages are arrays, errors are numbers, text is built in fixed buffers. The one
// exception is named where it occurs (PrepareThread keeps the function it is given).
//
// A server is a loop around ReplyWait, which Serve is:
//
//	l4.Serve(func(from l4.ThreadID, m *l4.Msg) (reply bool) {
//		... look at m, put the answer into m ...
//		return true
//	}, l4.Never, nil)
//
// Section numbers in comments ("abi 1.9", "semantics 5.2") refer to the specification of L4 X.2 for ia32.
package l4

// OK is the value of IPCError and CallError that means success. It is untyped, so it compares with both.
const OK = 0
