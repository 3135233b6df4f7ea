package l4

import "unsafe"

// servers is what the program knows about its surroundings. Nothing, as long as it has not called Connect.
var servers struct {
	root, console ThreadID
}

// OnDeath, if not nil, is what the program's death does after its message is printed, instead of telling the root
// task. For root tasks.
var OnDeath func()

// Connect makes the calling program one of those that the root task of Pecan started: it learns of the console server,
// prints there from now on, and leaves its exceptions to the root task. Every thread whose exceptions shall be reported
// calls it.
func Connect() {
	servers.root = Kernel().RootID()
	var m Msg
	if Call(servers.root, m.Start(RootHello).Add(crashStartAddress()), Forever) != OK || m.Tag().Label() != Reply {
		return
	}
	SetConsole(ThreadID(m.Word(1)))
	if !servers.console.IsNil() {
		MyUTCB().ExceptionHandler = servers.root
	}
}

// SetConsole makes Print use the console server id; NilThread makes it use the kernel's console.
func SetConsole(id ThreadID) { servers.console = id }

// Print prints s, on the console server if the program knows one, else on the kernel's console.
func Print(s string) {
	PrintBytes(unsafe.Slice(unsafe.StringData(s), len(s)))
}

// Println prints s and ends the line.
func Println(s string) {
	var t Text
	if len(s) < len(t.buf) {
		PrintText(t.Str(s).Line()) // one message: lines of different programs do not mix
		return
	}
	Print(s)
	Print("\n")
}

// PrintText prints t.
func PrintText(t *Text) { PrintBytes(t.Bytes()) }

// PrintBytes prints s, which is not kept.
func PrintBytes(s []byte) {
	var m Msg
	for len(s) > 0 && !servers.console.IsNil() {
		rest := m.Start(ConsoleWrite).AddBytes(s)
		if Call(servers.console, &m, Forever) != OK {
			SetConsole(NilThread)
			MyUTCB().ExceptionHandler = NilThread
			break
		}
		s = rest
	}
	for _, c := range s {
		KernelPutc(c)
	}
}

// Console is an io.Writer for console output.
type Console struct{}

// Write prints p. It never fails.
func (Console) Write(p []byte) (int, error) {
	PrintBytes(p)
	return len(p), nil
}

// ReadLine waits for a line of input and copies it, without its end and cut to len(buf), to buf. ok is false without a
// console server, or if another reader came.
func ReadLine(buf []byte) (n int, ok bool) {
	var m Msg
	if servers.console.IsNil() || Call(servers.console, m.Start(ConsoleRead), Forever) != OK || m.Tag().Label() != Reply {
		return 0, false
	}
	return m.Bytes(1, buf), true
}

// Exit ends the program; status 0 means success. The root task, if there is one, is told.
func Exit(status uint32) {
	if !servers.root.IsNil() {
		var m Msg
		Send(servers.root, m.Start(RootExit).Add(status), Never)
	}
	Suspend()
}

// exit is the runtime's hook for the end of main.
//
//go:linkname exit runtime.exit
func exit() { Exit(0) }

// die is the runtime's hook for a panic: it prints the message and ends this program, and nothing else. The thread must
// not return to where it came from.
//
//go:linkname die runtime.die
func die(msg string) {
	if servers.console.IsNil() {
		MyUTCB().ExceptionHandler = NilThread // or the pseudo calls would be exceptions
	}
	var t Text
	PrintText(t.ID(MyGlobalID()).Str(": "))
	Println(msg)
	end()
}

// end tells the root task that the program is dead, and suspends the thread.
func end() {
	if OnDeath != nil {
		OnDeath()
	}
	if !servers.root.IsNil() {
		var m Msg
		Send(servers.root, m.Start(RootDied).Add(uint32(MyGlobalID())), Never)
	}
	Suspend()
}
