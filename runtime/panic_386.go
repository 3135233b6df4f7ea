package runtime

import "unsafe"

// A panic ends the program: the entry points in panic_386.s record why and where in last, change to the
// panic stack and call report. That stack is why a check costs no stack where it stands, and why
// a panic can be reported when the stack is what ran out. The first panic wins; a second one, by another
// thread or by the report itself, stops the thread that has it.

// failure is what an entry point records.
type failure struct {
	why  uint32
	pc   uintptr    // where the check returns to
	args [3]uintptr // words above the return address: the arguments, for those that have some
}

var last failure

// dying is 1 from the first panic on.
var dying uint32

// panicStackSize holds report, the die hook, and a driver or an IPC below it.
const panicStackSize = 8192

var panicStack [panicStackSize]byte

// The reasons, as recorded by the entry points.
const (
	whyBounds = iota
	whyDivide
	whyShift
	whyExtend
	whyUnsafeSliceLen
	whyUnsafeSliceNil
	whyUnsafeStringLen
	whyUnsafeStringNil
	whyMakeSliceLen
	whyMakeSliceCap
	whyWrap
	whyStack
	whyRangeState
	whyValue    // args: the value given to panic
	whyAssert   // args: the type found, the type wanted, the interface's type
	whyAssertI  // args: the table found, the type wanted, the interface's type
	whyAssertNo // args: the type wanted; nothing found
	whyText     // args: a string
)

var reasons = [...]string{
	whyBounds:          "index or slice bounds out of range",
	whyDivide:          "integer divide by zero",
	whyShift:           "negative shift amount",
	whyExtend:          "index or slice bounds out of range",
	whyUnsafeSliceLen:  "unsafe.Slice: len out of range",
	whyUnsafeSliceNil:  "unsafe.Slice: ptr is nil and len is not zero",
	whyUnsafeStringLen: "unsafe.String: len out of range",
	whyUnsafeStringNil: "unsafe.String: ptr is nil and len is not zero",
	whyMakeSliceLen:    "makeslice: len out of range",
	whyMakeSliceCap:    "makeslice: cap out of range",
	whyWrap:            "value method called using nil pointer",
	whyStack:           "stack overflow",
	whyRangeState:      "range over a function: the function went on after the loop had ended",
}

// Entry points, in panic_386.s. None returns.

func panicBounds()
func panicExtend()
func panicdivide()
func panicshift()
func panicunsafeslicelen()
func panicunsafeslicenilptr()
func panicunsafestringlen()
func panicunsafestringnilptr()
func panicmakeslicelen()
func panicmakeslicecap()
func panicwrap()
func stackOverflow()
func panicrangestate(state int)
func gopanic(e any)
func panicdottypeE(have, want, inter *_type)
func panicdottypeI(have *itab, want, inter *_type)
func panicnildottype(want *_type)

// throw ends the program because of an error that the runtime itself found.
func throw(what string)

// throwAt does so for the sake of the code before pc.
func throwAt(pc uintptr, what string)

// halt stops the thread (in the kernel: the processor) for good.
func halt()

// die is the hook that prints a message and ends the program. kernel and user/l4 define it.
func die(msg string)

// report writes the message and hands it to the hook. It runs on the panic stack.
func report() {
	var m message
	m.text("panic: ")
	switch f := &last; f.why {
	case whyValue:
		m.value(*(*any)(unsafe.Pointer(&f.args)))
	case whyText:
		m.text(*(*string)(unsafe.Pointer(&f.args)))
	case whyAssert:
		m.assertion(*(**_type)(unsafe.Pointer(&f.args[0])), *(**_type)(unsafe.Pointer(&f.args[1])))
	case whyAssertI:
		var have *_type
		if tab := *(**itab)(unsafe.Pointer(&f.args[0])); tab != nil {
			have = tab.typ
		}
		m.assertion(have, *(**_type)(unsafe.Pointer(&f.args[1])))
	case whyAssertNo:
		m.assertion(nil, *(**_type)(unsafe.Pointer(&f.args[0])))
	default:
		m.text(reasons[f.why])
	}
	// The return address may belong to the next line already; the call before it does not.
	fn, file, line := Locate(last.pc - 1)
	m.text(" at ")
	m.text(fn)
	m.text(" (")
	m.text(file)
	m.text(":")
	m.decimal(uint64(line))
	m.text(")")
	die(m.string())
	halt()
}

// callerPC returns the address to which the caller returns; arg is the address of its first argument. The caller
// must not be inlined.
//
//go:nosplit
func callerPC(arg unsafe.Pointer) uintptr { return *(*uintptr)(unsafe.Add(arg, -4)) }
