//go:build !386

package kernel

// A model of IPC (semantics 1 and 2): threads with a state, a queue and a deadline, and rules in the words of the specification.
// It knows nothing of priorities, ready queues, handles or how the kernel puts things off.

type ipcState int

const (
	modelReady ipcState = iota
	modelSend           // in the queue of dest
	modelReceive
	modelPending // its send phase is over and somebody is queued: it receives when it runs next
)

// outcome is what a thread sees when its IPC ends.
type outcome struct {
	from     ThreadID
	tag      uint32
	code     uint32 // ErrorCode, if tag has E
	words    []uint32
	received bool // MR0 has been stored
}

type ipcThread struct {
	number   uint32
	version  uint32
	space    int
	local    ThreadID
	state    ipcState
	dest     *ipcThread
	queue    []*ipcThread
	waits    *ipcThread // state receive: whom for; nil with any or anyLocal
	special  ThreadID   // anyThread, anyLocalThread or nil
	deadline uint64     // in us, 0 none
	tag      uint32
	words    []uint32
	from     ThreadID
	receive  uint32 // receive timeout
	result   *outcome
}

func (x *ipcThread) id() ThreadID { return tid(x.number, x.version) }

type ipcModel struct {
	threads []*ipcThread
	now     uint64
}

// find resolves an ID that x names.
func (m *ipcModel) find(x *ipcThread, id ThreadID) *ipcThread {
	for _, y := range m.threads {
		if y.id() == id || id.isLocal() && y.space == x.space && y.local == id {
			return y
		}
	}
	return nil
}

// times of the test, in us.
var modelTimes = map[uint32]uint64{150: 150, 250: 250, 450: 450, 950: 950}

// wait sets a deadline; false if there must be no waiting.
func (m *ipcModel) wait(x *ipcThread, time uint32) bool {
	x.deadline = 0
	if time == timeZero {
		return false
	}
	if us := modelTimes[time]; us != 0 {
		x.deadline = m.now + us
	}
	return true
}

func (m *ipcModel) end(x *ipcThread, o outcome) {
	x.state, x.deadline, x.dest, x.waits = modelReady, 0, nil, nil
	x.result = &o
}

func (m *ipcModel) fail(x *ipcThread, code uint32) {
	tag := uint32(tagError)
	if code&1 == phaseSend {
		tag |= x.tag
	}
	m.end(x, outcome{tag: tag, code: code, received: true})
}

func (m *ipcModel) seen(x, by *ipcThread) ThreadID {
	if x.space == by.space {
		return x.local
	}
	return x.id()
}

// transfer gives x's message to r; false if it overflows.
func (m *ipcModel) transfer(x, r *ipcThread) bool {
	if x.tag&63+x.tag>>6&63 > 63 {
		m.end(r, outcome{from: m.seen(x, r), tag: x.tag | tagError, code: ipcOverflow | phaseReceive, received: true})
		return false
	}
	m.end(r, outcome{from: m.seen(x, r), tag: x.tag, words: x.words, received: true})
	return true
}

// ipc is the system call.
func (m *ipcModel) ipc(x *ipcThread, to, from ThreadID, times, tag uint32, words []uint32) {
	x.tag, x.words, x.from, x.receive = tag&^0xF000, words, from, times&0xFFFF
	if to == nilThread {
		m.receivePhase(x)
		return
	}
	r := m.find(x, to)
	switch {
	case r == nil:
		m.fail(x, ipcNoPartner|phaseSend)
	case m.readyFor(r, x):
		if m.transfer(x, r) {
			m.receivePhase(x)
		} else {
			m.fail(x, ipcOverflow|phaseSend)
		}
	case !m.wait(x, times>>16):
		m.fail(x, ipcTimeout|phaseSend)
	default:
		x.state, x.dest = modelSend, r
		r.queue = append(r.queue, x)
	}
}

func (m *ipcModel) readyFor(r, x *ipcThread) bool {
	return r.state == modelReceive && (r.waits == x || r.special == anyThread || r.special == anyLocalThread && r.space == x.space)
}

// candidate is whom x can receive from now; special or waits say whom it would wait for; ok is false for a thread that does
// not exist.
func (m *ipcModel) candidate(x *ipcThread) (s *ipcThread, ok bool) {
	x.special, x.waits = nilThread, nil
	switch x.from {
	case anyThread, anyLocalThread:
		x.special = x.from
		for _, q := range x.queue {
			if x.from == anyThread || q.space == x.space {
				return q, true
			}
		}
		return nil, true
	}
	if x.waits = m.find(x, x.from); x.waits == nil {
		return nil, false
	}
	if x.waits.dest == x {
		return x.waits, true
	}
	return nil, true
}

func (m *ipcModel) receivePhase(x *ipcThread) {
	if x.from == nilThread {
		m.end(x, outcome{tag: x.tag})
		return
	}
	s, ok := m.candidate(x)
	switch {
	case !ok:
		m.fail(x, ipcNoPartner|phaseReceive)
	case s == nil:
		m.block(x)
	default:
		m.dequeue(s)
		if !m.transfer(s, x) {
			m.fail(s, ipcOverflow|phaseSend)
		} else {
			m.afterSend(s)
		}
	}
}

func (m *ipcModel) block(x *ipcThread) {
	if !m.wait(x, x.receive) {
		m.fail(x, ipcTimeout|phaseReceive)
		return
	}
	x.state = modelReceive
}

// afterSend begins the receive phase of a thread that does not run.
func (m *ipcModel) afterSend(s *ipcThread) {
	if s.from == nilThread {
		m.end(s, outcome{tag: s.tag})
		return
	}
	q, ok := m.candidate(s)
	switch {
	case !ok:
		m.fail(s, ipcNoPartner|phaseReceive)
	case q == nil:
		m.block(s)
	default:
		s.state, s.deadline = modelPending, 0
	}
}

func (m *ipcModel) dequeue(s *ipcThread) {
	r := s.dest
	for i, q := range r.queue {
		if q == s {
			r.queue = append(append([]*ipcThread(nil), r.queue[:i]...), r.queue[i+1:]...)
		}
	}
	s.dest, s.deadline = nil, 0
}

// pass lets time go by.
func (m *ipcModel) pass(us uint64) {
	m.now += us
	for _, x := range m.threads {
		if x.deadline == 0 || x.deadline > m.now {
			continue
		}
		if x.state == modelSend {
			m.dequeue(x)
			m.fail(x, ipcTimeout|phaseSend)
		} else {
			m.fail(x, ipcTimeout|phaseReceive)
		}
	}
}

// cancel is ExchangeRegisters with S or R; it returns the state bits of before.
func (m *ipcModel) cancel(x *ipcThread, control uint32) (state uint32) {
	switch x.state {
	case modelSend:
		state = exSend
		if control&exSend != 0 {
			m.dequeue(x)
			m.fail(x, ipcCancelled|phaseSend)
		}
	case modelReceive, modelPending:
		state = exReceive
		if control&exReceive != 0 {
			m.fail(x, ipcCancelled|phaseReceive)
		}
	}
	return
}

// forget ends the IPCs of all who are concerned with the ID of x, which is going.
func (m *ipcModel) forget(x *ipcThread) {
	for len(x.queue) > 0 {
		s := x.queue[0]
		m.dequeue(s)
		m.fail(s, ipcNoPartner|phaseSend)
	}
	for _, y := range m.threads {
		if y.state == modelReceive && y.waits == x {
			m.fail(y, ipcNoPartner|phaseReceive)
		}
	}
}

// remove is deletion.
func (m *ipcModel) remove(x *ipcThread) {
	if x.state == modelSend {
		m.dequeue(x)
	}
	m.forget(x)
	for i, y := range m.threads {
		if y == x {
			m.threads = append(m.threads[:i], m.threads[i+1:]...)
			return
		}
	}
}
