//go:build !386

package kernel

import (
	"fmt"
	"math/rand"
	"testing"
)

// A model of threads and spaces, written from semantics 6.1 to 6.5: the root task calls ThreadControl, SpaceControl and
// ExchangeRegisters with all kinds of arguments, threads sleep and send. After each call its result and everything that can be seen
// of all threads is what the model says.

// lifeState is what a thread does, in the model.
type lifeState int

const (
	lifeInactive lifeState = iota
	lifeUnstarted
	lifeRuns
	lifeSleeps // receives from itself
	lifeSends  // to a thread that never receives
)

type lifeThread struct {
	id       ThreadID
	space    *lifeSpace
	utcb     uint32 // location, or utcbUnchanged
	state    lifeState
	to       ThreadID // lifeSends; lifeSleeps: its own ID when it began
	start    ThreadID // lifeUnstarted: from whom
	pager    ThreadID // Pager register
	handle   uint32
	ip, sp   uint32
	halted   bool
	failure  uint32 // error of its last IPC, 0 none yet
	contents uint32 // of its UTCB
}

type lifeSpace struct {
	root  bool
	ready bool
	area  Fpage
}

type lifeModel struct {
	*world
	*rand.Rand
	threads map[uint32]*lifeThread
	what    string
}

const (
	lifeFirst   = 64
	lifeThreads = 10
)

func (m *lifeModel) number() uint32 { return lifeFirst + uint32(m.Intn(lifeThreads)) }

// known is the thread with exactly this ID.
func (m *lifeModel) known(id ThreadID) *lifeThread {
	if t := m.threads[id.number()]; t != nil && t.id == id {
		return t
	}
	return nil
}

// anID is an ID that is mostly of a thread.
func (m *lifeModel) anID() ThreadID {
	n := m.number()
	switch t := m.threads[n]; {
	case m.Intn(12) == 0:
		return [...]ThreadID{rootID, nilThread, anyThread, tid(20, 1), tid(9000, 1)}[m.Intn(5)]
	case t != nil && m.Intn(8) != 0:
		return t.id
	}
	return tid(n, 1+uint32(m.Intn(3)))
}

// spaceOf is the space of a thread that exists, or nil.
func (m *lifeModel) spaceOf(id ThreadID) *lifeSpace {
	if t := m.known(id); t != nil {
		return t.space
	}
	return nil
}

// fits reports whether a UTCB location is valid and free in a space.
func (m *lifeModel) fits(s *lifeSpace, at uint32) bool {
	if !s.ready || at&511 != 0 || at-s.area.base() >= s.area.size() {
		return false
	}
	for _, t := range m.threads {
		if t.space == s && t.state != lifeInactive && t.utcb == at {
			return false
		}
	}
	return true
}

func (m *lifeModel) location() uint32 {
	switch m.Intn(8) {
	case 0, 1:
		return utcbUnchanged
	case 2:
		return [...]uint32{0, utcbAt.base() + 1, utcbAt.base() + 256, utcbAt.base() - 512, utcbAt.base() + utcbAt.size(), 0xC0000000}[m.Intn(6)]
	}
	return utcbAt.base() + uint32(m.Intn(8))*utcbSize
}

// gone is what happens to others when an ID goes.
func (m *lifeModel) gone(id ThreadID) {
	for _, t := range m.threads {
		if t.state == lifeSends && t.to == id {
			m.fails(t, ipcNoPartner|phaseSend)
		}
		if t.state == lifeSleeps && t.to == id {
			m.fails(t, ipcNoPartner|phaseReceive)
		}
		if t.state == lifeUnstarted && t.start == id {
			t.state, t.halted = lifeRuns, true // its pager is gone before it began
		}
	}
}

// fails ends a thread's IPC.
func (m *lifeModel) fails(t *lifeThread, code uint32) { t.state, t.failure = lifeRuns, code }

// cancels ends the IPC that the bits apply to.
func (m *lifeModel) cancels(t *lifeThread, send, receive bool) {
	switch {
	case t.state == lifeSends && send:
		m.fails(t, ipcCancelled|phaseSend)
	case t.state == lifeSleeps && receive:
		m.fails(t, ipcCancelled|phaseReceive)
	case t.state == lifeUnstarted && receive:
		t.state = lifeRuns
	}
}

// control is ThreadControl; the answer is the set of allowed results.
func (m *lifeModel) threadControl() {
	dest, spec, scheduler, pager, at := tid(m.number(), 1+uint32(m.Intn(3))), nilThread, ThreadID(0), ThreadID(0), m.location()
	t := m.threads[dest.number()]
	if t != nil && m.Intn(3) != 0 {
		dest = t.id
	}
	switch m.Intn(4) {
	case 0:
		spec = dest
	case 1, 2:
		if spec = m.anID(); t == nil && m.Intn(2) == 0 {
			spec = dest
		}
	}
	if m.Intn(3) != 0 {
		scheduler = rootID
	}
	if m.Intn(2) == 0 {
		pager = [...]ThreadID{rootID, rootID, rootID, sigma0ID, m.someThread()}[m.Intn(5)]
	}
	m.what = fmt.Sprintf("ThreadControl %#x in %#x scheduler %#x pager %#x utcb %#x", dest, spec, scheduler, pager, at)
	want := m.predict(t, dest, spec, scheduler, pager, at)
	got := m.control(dest, spec, scheduler, pager, at)
	for _, code := range want {
		if code == got {
			return
		}
	}
	m.t.Fatalf("%s: error %d, want one of %d", m.what, got, want)
}

func (m *lifeModel) someThread() ThreadID {
	if t := m.threads[m.number()]; t != nil {
		return t.id
	}
	return rootID
}

// predict says which results are allowed, and does in the model what succeeds.
func (m *lifeModel) predict(t *lifeThread, dest, spec, scheduler, pager ThreadID, at uint32) []uint32 {
	ok := []uint32{errOK}
	switch {
	case spec == nilThread && t == nil:
		return ok
	case spec == nilThread:
		delete(m.threads, dest.number())
		m.gone(t.id)
		return ok
	case t == nil:
		return m.predictCreation(dest, spec, scheduler, pager, at)
	}
	target := t.space
	if spec != dest {
		if target = m.spaceOf(spec); target == nil {
			if at != utcbUnchanged {
				return []uint32{errSpace, errUTCBArea}
			}
			return []uint32{errSpace}
		}
	}
	active := t.state != lifeInactive
	location := t.utcb
	if at != utcbUnchanged {
		if active || !m.inside(t.space, at) {
			return []uint32{errUTCBArea}
		}
		location = at
	}
	starts := pager != nilThread && !active
	if (starts || active && target != t.space) && !m.fits(target, location) {
		return []uint32{errUTCBArea}
	}
	if target != t.space && active && t.state != lifeUnstarted {
		m.cancels(t, true, true)
	}
	t.space, t.utcb = target, location
	if starts {
		t.state, t.start, t.pager = lifeUnstarted, pager, pager
		t.contents, t.handle, t.ip, t.sp, t.failure = 0, 0, 0, 0, 0
	} else if pager != nilThread {
		t.pager = pager
	}
	if old := t.id; old != dest {
		t.id = dest
		m.gone(old)
	}
	return ok
}

// inside is fits without asking who has it.
func (m *lifeModel) inside(s *lifeSpace, at uint32) bool {
	return s.ready && at&511 == 0 && at-s.area.base() < s.area.size()
}

func (m *lifeModel) predictCreation(dest, spec, scheduler, pager ThreadID, at uint32) []uint32 {
	if scheduler == nilThread {
		return []uint32{errThread}
	}
	s := &lifeSpace{}
	if spec != dest {
		if s = m.spaceOf(spec); s == nil {
			return []uint32{errSpace}
		}
	}
	t := &lifeThread{id: dest, space: s, utcb: at}
	if pager != nilThread {
		if !s.ready {
			return []uint32{errSpace}
		}
		if !m.fits(s, at) {
			return []uint32{errUTCBArea}
		}
		t.state, t.start, t.pager = lifeUnstarted, pager, pager
	}
	m.threads[dest.number()] = t
	return []uint32{errOK}
}

func (m *lifeModel) spaces() {
	id := m.anID()
	m.what = fmt.Sprintf("SpaceControl %#x", id)
	utcb := [...]Fpage{utcbAt, utcbAt, utcbAt, Fpage(0xC00000C0), 0}[m.Intn(5)]
	m.run(m.root)
	m.call(callSpaceControl, regs{ax: uint32(id), dx: uint32(kipAt), si: uint32(utcb)})
	s := m.spaceOf(id)
	want := uint32(errOK)
	switch {
	case s == nil:
		want = errSpace
	case s.ready:
	case utcb != utcbAt:
		want = errUTCBArea
	default:
		s.ready, s.area = true, utcb
	}
	m.results(want)
}

// results checks the result of the root task's call.
func (m *lifeModel) results(want uint32) {
	got := uint32(errOK)
	if m.root.Frame.EAX == 0 {
		got = errorCode(m.root)
	}
	if got != want {
		m.t.Fatalf("%s: error %d, want %d", m.what, got, want)
	}
}

// exchange is ExchangeRegisters by the root task.
func (m *lifeModel) exchange() {
	id, control := m.anID(), uint32(m.Intn(512))
	if id == rootID {
		return
	}
	v := regs{ax: uint32(id), cx: control, dx: 0x2000 + uint32(m.Intn(9)), si: 0x1000 + uint32(m.Intn(9)), di: 0, bx: m.Uint32(), bp: uint32(rootID)}
	m.what = fmt.Sprintf("ExchangeRegisters %#x control %#x", id, control)
	t := m.known(id)
	var old lifeThread
	if t != nil {
		old = *t
	}
	allowed := t != nil && t.state != lifeInactive && m.inRoot(t)
	m.run(m.root)
	m.call(callExchangeRegisters, v)
	if !allowed {
		m.results(errThread)
		return
	}
	m.results(errOK)
	f := &m.root.Frame
	was := uint32(0)
	if old.halted {
		was = exHalt
	}
	switch old.state {
	case lifeSends:
		was |= exSend
	case lifeSleeps, lifeUnstarted:
		was |= exReceive
	}
	for _, c := range [...]struct {
		what      string
		got, want uint32
	}{
		{"other ID", f.EAX, t.utcb + utcbMR0}, {"state", f.ECX, was}, {"SP", f.EDX, old.sp}, {"IP", f.ESI, old.ip},
		{"handle", f.EBX, old.handle}, {"pager", f.EBP, uint32(old.pager)},
	} {
		if c.got != c.want {
			m.t.Fatalf("%s: old %s is %#x, want %#x", m.what, c.what, c.got, c.want)
		}
	}
	if control&exSP != 0 {
		t.sp = v.dx
	}
	if control&exIP != 0 {
		t.ip = v.si
	}
	if control&exHandle != 0 {
		t.handle = v.bx
	}
	if control&exPager != 0 {
		t.pager = rootID
	}
	m.cancels(t, control&exSend != 0, control&exReceive != 0)
	if control&exHaltValid != 0 {
		t.halted = control&exHalt != 0
	}
}

// inRoot reports whether the root task may exchange t's registers.
func (m *lifeModel) inRoot(t *lifeThread) bool {
	if t.space.root || t.pager == rootID {
		return true
	}
	s := m.spaceOf(t.pager)
	return s != nil && s.root
}

// live lets a thread do something, if one can run.
func (m *lifeModel) live() {
	for _, t := range m.order() {
		x := lookup(t.id)
		if t.state != lifeRuns || t.halted {
			continue
		}
		m.run(x)
		if running() != x {
			m.t.Fatalf("%#x does not run", t.id)
		}
		t.ip, t.sp = 0x1000, 0x2000
		to := m.threads[m.number()]
		if m.Intn(2) == 0 && to != nil && to.state != lifeUnstarted {
			m.what = fmt.Sprintf("%#x sends to %#x", t.id, to.id)
			m.ipc(to.id, nilThread, 0, 0)
			t.state, t.to = lifeSends, to.id
		} else {
			m.what = fmt.Sprintf("%#x sleeps", t.id)
			m.ipc(nilThread, t.id, 0, 0)
			t.state, t.to = lifeSleeps, t.id
		}
		return
	}
}

// order is all threads in a fixed order, from a random one on.
func (m *lifeModel) order() (list []*lifeThread) {
	first := m.number()
	for i := uint32(0); i < lifeThreads; i++ {
		if t := m.threads[lifeFirst+(first-lifeFirst+i)%lifeThreads]; t != nil {
			list = append(list, t)
		}
	}
	return
}

// starts sends a start message from the root task.
func (m *lifeModel) starts() {
	for _, t := range m.order() {
		if t.state != lifeUnstarted {
			continue
		}
		m.what = fmt.Sprintf("start of %#x", t.id)
		m.run(m.root)
		*m.root.mr(1), *m.root.mr(2) = 0x1000+t.utcb&0xFFF, 0x3000
		m.ipc(t.id, nilThread, timeZero<<16, 2)
		want := uint32(ipcTimeout | phaseSend)
		if t.start == rootID {
			want, t.state, t.ip, t.sp = 0, lifeRuns, 0x1000+t.utcb&0xFFF, 0x3000
		}
		got := uint32(0)
		if m.root.Frame.ESI&tagError != 0 {
			got = errorCode(m.root)
		}
		if got != want {
			m.t.Fatalf("%s: error %d, want %d", m.what, got, want)
		}
		return
	}
}

// compare fails the test unless every thread is as the model has it.
func (m *lifeModel) compare() string {
	handles := map[*lifeSpace]uint32{}
	for n := uint32(lifeFirst); n < lifeFirst+lifeThreads; n++ {
		x, t := tcbRef(n).tcb(), m.threads[n]
		if t == nil {
			if x.exists() {
				return fmt.Sprintf("thread %d exists", n)
			}
			continue
		}
		if wrong := m.compareThread(t, x); wrong != "" {
			return fmt.Sprintf("thread %#x: %s", t.id, wrong)
		}
		if h, ok := handles[t.space]; ok && h != x.Space {
			return fmt.Sprintf("thread %#x is in another space", t.id)
		}
		handles[t.space] = x.Space
	}
	seen := map[uint32]bool{}
	for _, h := range handles {
		if seen[h] {
			return "two spaces are one"
		}
		seen[h] = true
	}
	return ""
}

func (m *lifeModel) compareThread(t *lifeThread, x *TCB) string {
	if x.id() != t.id {
		return fmt.Sprintf("its ID is %#x", x.id())
	}
	if x.active != (t.state != lifeInactive) {
		return fmt.Sprintf("active: %v", x.active)
	}
	if t.state == lifeInactive {
		return ""
	}
	state := map[lifeState]uint32{lifeUnstarted: StateReceive, lifeRuns: StateReady, lifeSleeps: StateReceive, lifeSends: StateSend}[t.state]
	if got := x.visible(); got != state && !(t.halted && state == StateReady && got == StateHalted) {
		return fmt.Sprintf("state %d, want %d", got, state)
	}
	switch {
	case x.LocalID != t.utcb+utcbMR0:
		return fmt.Sprintf("local ID %#x", x.LocalID)
	case *x.tcr(tcrMyGlobalID) != uint32(t.id):
		return "MyGlobalID"
	case *x.tcr(tcrPager) != uint32(t.pager):
		return fmt.Sprintf("pager %#x, want %#x", *x.tcr(tcrPager), t.pager)
	case *x.tcr(tcrUserHandle) != t.handle:
		return "handle"
	case x.halted != t.halted:
		return "halted"
	case t.failure != 0 && t.state == lifeRuns && errorCode(x) != t.failure:
		return fmt.Sprintf("ErrorCode %d, want %d", errorCode(x), t.failure)
	case *x.mr(60) != t.contents:
		return "UTCB contents"
	}
	return ""
}

func lifeSequence(t *testing.T, seed int64, steps int) {
	m := &lifeModel{world: bootWorld(t, 300), Rand: rand.New(rand.NewSource(seed)), threads: map[uint32]*lifeThread{}}
	m.threads[rootID.number()] = &lifeThread{id: rootID, space: &lifeSpace{root: true, ready: true, area: utcbAt}, state: lifeRuns, utcb: ^uint32(0)}
	m.threads[sigma0ID.number()] = &lifeThread{id: sigma0ID, space: &lifeSpace{ready: true}, state: lifeSleeps, utcb: ^uint32(0)}
	root := m.threads[rootID.number()].space
	root.area = Fpage(m.root.space().utcbBase | 12<<4)
	m.run(m.root)
	pages := pool.left + pool.count[pageTCBTable]
	for range steps {
		switch m.Intn(12) {
		case 0, 1, 2, 3:
			m.threadControl()
		case 4:
			m.spaces()
		case 5, 6, 7:
			m.exchange()
		case 8:
			m.starts()
		case 9:
			for _, t := range m.order() {
				if t.state != lifeInactive {
					t.contents++
					*lookup(t.id).mr(60) = t.contents
				}
			}
		default:
			m.live()
		}
		m.run(m.root)
		if wrong := m.compare(); wrong != "" {
			t.Fatalf("after %s: %s\n%s", m.what, wrong, describeThreads())
		}
	}
	for n := uint32(lifeFirst); n < lifeFirst+lifeThreads; n++ {
		m.control(tid(n, 1), nilThread, nilThread, nilThread, utcbUnchanged)
	}
	if lost := int(pages) - int(pool.left+pool.count[pageTCBTable]); lost != 0 {
		t.Fatalf("%d pages are lost", lost)
	}
}

func TestLifeModel(t *testing.T) {
	for seed := int64(0); seed < lifeSequences; seed++ {
		if !t.Run(fmt.Sprint(seed), func(t *testing.T) { lifeSequence(t, seed, 400) }) {
			return
		}
	}
}
