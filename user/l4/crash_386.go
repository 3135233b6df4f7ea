package l4

import _ "unsafe" // for go:linkname

// A thread that ran into an exception is sent here by the root task (RootHello tells it where), so that the program can
// say itself which line it was. It runs on a stack of its own: the old one may be what is wrong.

const crashStackSize = 8192

var crashStack [crashStackSize]byte

// crashDescriptor has no guard: nothing checks the crash stack.
var crashDescriptor descriptor

// crashStart is where a crashed thread goes on: EAX is the instruction pointer of the exception, ECX its vector.
func crashStart()

// crashStartAddress is the address of crashStart.
func crashStartAddress() uint32

// locate tells function, file and line of the code at pc.
//
//go:linkname locate runtime.Locate
func locate(pc uintptr) (fn, file string, line int)

// crashed prints what happened and ends the program. Crash_386.s calls it.
func crashed(ip, vector uint32) {
	var t Text
	t.ID(MyGlobalID()).Str(": exception: ")
	switch vector {
	case 3:
		t.Str("breakpoint")
	case 6:
		t.Str("invalid instruction")
	case 13:
		t.Str("privileged or otherwise forbidden")
	case 14:
		t.Str("nil pointer dereference, or an address of the kernel's")
	case 17:
		t.Str("unaligned access")
	default:
		t.Str("vector ").Dec(uint64(vector))
	}
	fn, file, line := locate(uintptr(ip))
	t.Str(" at ").Str(fn).Str(" (").Str(file).Byte(':').Dec(uint64(line)).Str(")")
	PrintText(t.Line())
	end()
}
