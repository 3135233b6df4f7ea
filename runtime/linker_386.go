package runtime

import "unsafe"

// What this file declares is dictated by cmd/link and cmd/compile: they look these names up, and some of
// them must have exactly this layout. TestToolchainContact in tools/mk compares them with the toolchain's
// own runtime.

// g is the part of Go's goroutine descriptor that compiled code knows. Prologues compare the stack
// pointer with stackguard0, at offset 8, of the g whose address is in the word at UTCB-4. A thread's g is
// zero but for the first three words; user/l4 makes one for every thread that it starts.
type g struct {
	stackLo     uintptr
	stackHi     uintptr
	stackguard0 uintptr // stackLo + stackGuard; zero switches the check off
	stackguard1 uintptr
	deferred    *_defer // innermost pending deferred call
	_           [3]uintptr
}

// stackGuard is the distance between the low end of a stack and the point below which a prologue calls
// morestack: the budget that cmd/link grants to chains of functions without a prologue
// (800 bytes), and what compiled code may use before it looks (128).
const stackGuard = 800 + 128

// _defer is the record that compiled code fills for a deferred call.
type _defer struct {
	heap      bool
	rangefunc bool
	sp        uintptr // stack pointer of the function that defers
	pc        uintptr
	fn        func()
	link      *_defer
	head      unsafe.Pointer
}

// moduledata is filled by cmd/link, word by word in this order.
type moduledata struct {
	_           [22]uintptr // tables of functions and lines; the line table of this package is smaller
	text, etext uintptr
	_           [13]uintptr // bounds of the data sections
	types       uintptr     // base of the offsets that type descriptors hold
	_           [4]uintptr
	textsectmap []uintptr
	typelinks   []int32
	itablinks   []*itab    // interface tables that exist in the image
	_           [3]uintptr // plugins
	_           string
	_           []uintptr
	inittasks   []*initTask // package initialisers, in order
	_           [32]uintptr // nothing here is ours; room for fields that we do not name
}

// firstmoduledata is where cmd/link stores the moduledata; the name is fixed.
var firstmoduledata moduledata

// lastmoduledatap is defined by cmd/link, but only if somebody declares it.
var lastmoduledatap *moduledata

// initTask is the list of init functions of one package, written by the compiler.
type initTask struct {
	state uint32
	nfns  uint32
	// followed by nfns code addresses
}

// unreachableMethod is the target that cmd/link gives to methods which it removed.
func unreachableMethod() {
	throw("call of a method that the linker removed")
}

// mapinitnoop stands for the initialisers of maps that cmd/link removed.
func mapinitnoop()

// The types below are never used: cmd/link needs their descriptions to describe strings, slices,
// interfaces and channels to a debugger.
type (
	stringStructDWARF struct {
		str *byte
		len int
	}
	slice struct {
		array unsafe.Pointer
		len   int
		cap   int
	}
	iface struct {
		tab  *itab
		data unsafe.Pointer
	}
	eface struct {
		_type *_type
		data  unsafe.Pointer
	}
	sudog struct {
		g *g
	}
	waitq struct {
		first *sudog
		last  *sudog
	}
	hchan struct {
		recvq waitq
		sendq waitq
	}
)

// zeroVal is what reading an absent element yields; the compiler refers to it.
var zeroVal [1024]byte

// described keeps two type descriptors in the image: cmd/link fails, when it describes variables to
// debuggers, if nothing refers to them.
var described = [...]any{uintptr(0), unsafe.Pointer(nil)}
