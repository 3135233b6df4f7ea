package checks

import "pecan/user/l4"

// caseLimit is how long a case may take, in milliseconds.
const caseLimit = 10_000

// Done is what the thread of a case says at its end.
func Done() {
	var m l4.Msg
	l4.Send(Runner, m.Start(LabelDone), l4.Never)
}

// Await waits, in the runner, for the end of the case that thread runs. It returns false, with Reason set, if the case
// failed. What is neither Done nor a failure is left to other, if that is not nil.
func Await(thread l4.ThreadID, other func(from l4.ThreadID, m *l4.Msg)) bool {
	end := l4.SystemClock() + 1000*caseLimit
	for {
		now := l4.SystemClock()
		if now >= end {
			break
		}
		var m l4.Msg
		from, err := l4.Wait(&m, l4.Microseconds(end-now))
		switch {
		case err != l4.OK:
		case m.Tag().Label() == LabelDone:
			return true
		case m.Tag().Label() == LabelFailed:
			return false
		case other != nil:
			other(from, &m)
		}
	}
	Reason.Reset().Chars(About.Bytes()).Str("not done after 10 s; state of its thread ").Dec(uint64(l4.State(thread)))
	return false
}

// Print prints from the runner.
func Print(t *l4.Text) {
	for _, c := range t.Bytes() {
		l4.KernelPutc(c)
	}
}
