package roottask

import "pecan/user/l4"

// Write prints the text of the ConsoleWrite request m on the kernel's console, and makes m the reply. It makes a root task
// the console server of programs that have no other.
func Write(m *l4.Msg) {
	var buf [l4.MaxWords * 4]byte
	for _, c := range buf[:m.Bytes(1, buf[:])] {
		if c != '\n' && (c < ' ' || c > '~') {
			c = '?'
		}
		l4.KernelPutc(c)
	}
	m.Start(l4.Reply)
}

// Redirect answers exception r of a thread: m sends it to the place *crash (RootHello) where its program says what happened
// and dies. That works once; then, or if the program named no place, it returns false: the thread is to be ended.
func Redirect(crash *uint32, r *l4.Registers, m *l4.Msg) bool {
	if *crash == 0 {
		return false
	}
	r.EAX, r.ECX, r.IP = r.IP, r.Vector, *crash
	*crash = 0
	m.SetException(r)
	return true
}
