package kernel

import "pecan/arch/ia32"

// ThreadControl (abi 5.4, semantics 6.2). Everything is checked and allocated before anything changes.

const utcbUnchanged = 0xFFFFFFFF

// Words of TCB.prog while a ThreadControl runs.
const (
	tcDone = iota // not 0: the call has been carried out but for the reaping
	tcCode        // what it returns then
)

// sysThreadControl returns false when it was preempted: the call is repeated.
func sysThreadControl(t *TCB) bool {
	if t.prog[tcDone] == 0 {
		if !t.space().privileged {
			result(t, errPrivilege)
			return true
		}
		// What earlier calls left to do comes first, whoever made them: IDs and memory may hang on it.
		if !reap() {
			return false
		}
		t.prog[tcDone], t.prog[tcCode] = 1, threadControl(t)
	}
	if !reap() {
		return false
	}
	result(t, t.prog[tcCode])
	return true
}

// threadControl does the call but for the long part, which is left to reap. It returns an error code.
func threadControl(t *TCB) uint32 {
	f := &t.Frame
	dest := ThreadID(f.EAX)
	number := dest.number()
	if dest.isLocal() || dest == anyThread || number >= systemBase && number < userBase {
		return errThread
	}
	pager, ok1 := globalOf(t, ThreadID(f.ECX))
	scheduler, ok2 := globalOf(t, ThreadID(f.EDX))
	if !ok1 || !ok2 {
		return errThread
	}
	if number < systemBase {
		return controlInterrupt(dest, pager)
	}
	x := tcbRef(number).tcb()
	switch spec := ThreadID(f.ESI); {
	case spec == nilThread && !x.exists():
	case spec == nilThread && x == t:
		return errThread
	case spec == nilThread:
		beginDelete(x)
	case !x.exists():
		return createThread(t, dest, spec, scheduler, pager, f.EDI)
	default:
		return modifyThread(t, x, dest, spec, scheduler, pager, f.EDI)
	}
	return errOK
}

// globalOf turns a parameter that may be a local ID of the caller's space into a global ID.
func globalOf(t *TCB, id ThreadID) (ThreadID, bool) {
	if id == nilThread || !id.isLocal() {
		return id, true
	}
	x := lookupLocal(t.space(), id)
	if x == nil {
		return nilThread, false
	}
	return x.id(), true
}

// threads counts user threads that exist.
var threads uint32

func createThread(by *TCB, id, spec, scheduler, pager ThreadID, utcb uint32) uint32 {
	if scheduler == nilThread {
		return errThread
	}
	var s *Space
	if spec != id {
		peer := resolve(by, spec)
		if peer == nil || peer.Space == 0 {
			return errSpace
		}
		s = peer.space()
	}
	if pager != nilThread {
		if s == nil || !s.ready {
			return errSpace
		}
		if !s.validUTCB(utcb) || s.utcbTaken(utcb) {
			return errUTCBArea
		}
	}
	number := id.number()
	if !growTimeouts(threads + 1) {
		return errMemory
	}
	fresh := s == nil
	if fresh {
		if s = newSpace(); s == nil {
			return errMemory
		}
	}
	if !backTCB(number) {
		if fresh {
			dieSpace(s)
		}
		return errMemory
	}
	t := tcbRef(number).tcb()
	initTCB(t, id)
	t.scheduler = scheduler
	t.utcbUser = utcb
	s.addThread(t)
	if pager != nilThread {
		block := s.allocUTCB(utcb)
		if block == 0 {
			dropThread(t)
			return errMemory
		}
		activate(t, pager, block)
	}
	return errOK
}

// Defaults of new threads (semantics 6.2).
const (
	defaultPriority = 100
	defaultSlice    = 10000 // microseconds
)

// initTCB makes an inactive thread. Precondition: its TCB is backed, and zero since then or since the thread before it was dropped.
func initTCB(t *TCB, id ThreadID) {
	t.GlobalID = uint32(id)
	ia32.InitFPU(t.fpuArea())
	t.State = StateInactive
	t.setPriority(defaultPriority)
	t.sliceLen = cyclesOf(defaultSlice)
	t.sliceLeft = t.sliceLen
	t.quantum = infinite
	t.utcbUser = utcbUnchanged
	setFrame(&t.Frame, 0, 0)
	useTCB(id.number())
	threads++
}

// activate gives t its UTCB block, whose kernel address is block, and lets it wait for the start message of its
// pager (abi 6.1). Precondition: t is inactive.
func activate(t *TCB, pager ThreadID, block uint32) {
	attachUTCB(t, block)
	*t.tcr(tcrPager) = uint32(pager)
	t.ipc = ipcStart
	t.from = pager
	t.timeouts = 0
	p := lookup(pager)
	if p != nil && t.sendHead != 0 {
		afterSend(t) // somebody has been queued for it while it was inactive
		return
	}
	if p != nil {
		p.WaitedFor = 1
	}
	t.State = StateReceive
	t.partner = pager
}

// attachUTCB gives t the UTCB at t.utcbUser, whose block has the given kernel address.
func attachUTCB(t *TCB, alias uint32) {
	t.active = true
	t.UTCB = alias + utcbMR0
	t.setTarget()
	t.LocalID = t.utcbUser + utcbMR0
	t.setGSWord(t.LocalID)
	*t.tcr(tcrMyGlobalID) = t.GlobalID
}

func modifyThread(by, t *TCB, id, spec, scheduler, pager ThreadID, utcb uint32) uint32 {
	target := t.space()
	if spec != id {
		peer := resolve(by, spec)
		if peer == nil || peer.Space == 0 {
			return errSpace
		}
		target = peer.space()
	}
	location := t.utcbUser
	if utcb != utcbUnchanged {
		if t.active || !t.space().validUTCB(utcb) {
			return errUTCBArea
		}
		location = utcb
	}
	moves := target.handle() != t.Space
	starts := pager != nilThread && !t.active
	if starts || moves && t.active {
		if !target.validUTCB(location) || target.utcbTaken(location) {
			return errUTCBArea
		}
	}
	if moves && t == by {
		return errSpace // the caller's own space cannot change below a running call
	}
	block := uint32(0)
	if starts {
		if block = target.allocUTCB(location); block == 0 {
			return errMemory
		}
	}
	if moves {
		// Fails only for active threads, which do not start.
		if code := migrate(t, target, location); code != errOK {
			return code
		}
	}
	t.utcbUser = location
	if starts {
		activate(t, pager, block)
	} else if pager != nilThread {
		*t.tcr(tcrPager) = uint32(pager)
	}
	if scheduler != nilThread {
		t.scheduler = scheduler
		if t.State == StateStopped {
			makeReady(t) // to tell the new one
		}
	}
	if t.id() != id {
		rename(t, id)
	}
	return errOK
}

// renamed is the rename whose old ID still has to be told to those who know it, if any: wakeOldID.
var renamed struct {
	old   ThreadID // nilThread: none
	sweep uint32   // how far the search for those who wait for it has come
}

// rename gives a thread a new version. Precondition: reap has finished, so no other rename is under way.
func rename(t *TCB, id ThreadID) {
	renamed.old, renamed.sweep = t.id(), 0
	t.GlobalID = uint32(id)
	if t.active {
		*t.tcr(tcrMyGlobalID) = uint32(id)
	}
}

// wakeOldID wakes, with error 2, all who are in IPC with an ID that has gone. It returns false after a preemption.
func wakeOldID() bool {
	old := renamed.old
	x := tcbRef(old.number()).tcb()
	// Those who came before the rename stand in front.
	for x.sendHead != 0 {
		s := x.sendHead.tcb()
		if s.partner != old {
			break
		}
		turnAway(s)
		if preempted() {
			return false
		}
	}
	for renamed.sweep < sweepEnd {
		renamed.sweep = sweepStep(renamed.sweep, old)
		if preempted() {
			return false
		}
	}
	renamed.old = nilThread
	return true
}

// migrate moves a thread to another space; its UTCB contents go along, its IPC is cancelled (semantics 6.2, 10), its wait for a
// start message is not.
func migrate(t *TCB, to *Space, location uint32) uint32 {
	from := t.space()
	t.walk.forget() // a preempted walk was over the other space's mappings
	if t.active {
		alias := to.allocUTCB(location)
		if alias == 0 {
			return errMemory
		}
		cancelToMove(t)
		ia32.Copy(alias, t.UTCB-utcbMR0, utcbSize)
		from.freeUTCB(t.LocalID - utcbMR0)
		t.UTCB = alias + utcbMR0
		t.setTarget()
		if t.GSWord == t.LocalID {
			t.GSWord = location + utcbMR0
		}
		t.LocalID = location + utcbMR0
		t.setGSWord(t.GSWord)
	}
	from.removeThread(t)
	to.addThread(t)
	if from.threads == 0 {
		dieSpace(from)
	}
	return errOK
}

// cancelToMove ends the IPC of a thread that moves. The wait for a start message goes on in the other space: there is nobody yet
// to be told of a cancellation, and no instruction to go on with. A message that is no start message ends for its sender.
func cancelToMove(t *TCB) {
	waits := t.ipc == ipcStart
	if waits && t.State != StateReceiving {
		return
	}
	cancelIPC(t, ipcCancelled)
	if waits {
		t.ipc = ipcStart
		retryStart(t)
	}
}
