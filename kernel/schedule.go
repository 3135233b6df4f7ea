package kernel

import "pecan/arch/ia32"

// Schedule and ThreadSwitch (abi 5.6, 5.7).

const unchanged = 0xFFFFFFFF

func sysSchedule(t *TCB) {
	f := &t.Frame
	x := resolve(t, ThreadID(f.EAX))
	if x == nil || x.number() >= systemBase && x.number() < userBase {
		f.EAX = 0
		t.fail(errThread)
		return
	}
	if x.number() < systemBase {
		f.EAX, f.EDX, f.ESI, f.EDI = 2, 0, 0, 0
		if x.irqState == irqFree {
			f.EAX = 0
			t.fail(errThread)
		}
		return
	}
	if cpu.owner == x.ref() {
		charge(ia32.ReadTSC())
	}
	old, used := timeControl(x), microseconds(x.used)
	if code := reschedule(t, x, f.ECX, f.EDX, f.ESI, f.EDI); code != errOK {
		f.EAX = 0
		t.fail(code)
		return
	}
	f.EAX = scheduleState(x)
	f.EDX = old
	f.ESI, f.EDI = uint32(used), uint32(used>>32)
	t.fail(errOK)
}

// reschedule checks all parameters, then applies them.
func reschedule(t, x *TCB, prio, time, processor, preemption uint32) uint32 {
	privileged := t.space().privileged
	if !privileged {
		s := resolve(t, x.scheduler)
		if s == nil || s.Space == 0 || !sameSpace(s, t) {
			return errPrivilege
		}
	}
	if time != unchanged {
		if time&0x80008000 != 0 {
			return errThread
		}
	}
	if processor != unchanged && processor&0xFFFF != 0 {
		return errParameter
	}
	setPrio := prio != unchanged && prio&0x1FF <= 255
	if setPrio && prio&0xFF > uint32(t.prio) && !privileged {
		return errParameter
	}
	if preemption != unchanged && preemption>>16&0xFF > uint32(t.prio) && !privileged {
		return errParameter
	}
	if setPrio {
		queued := x.queued
		dequeue(x)
		x.setPriority(uint8(prio))
		if queued {
			enqueue(x)
		}
	}
	if preemption != unchanged {
		x.sensitive = max(uint8(preemption>>16), x.prio)
		x.maxDelay = 0
		if us := uint64(preemption & 0xFFFF); us != 0 {
			x.maxDelay = uint32(cyclesOf(us))
		}
		x.delayEnd = 0
	}
	if time != unchanged {
		x.sliceLen = 0
		if us := periodOf(time >> 16); us != 0 {
			x.sliceLen = cyclesOf(max(us, shortestSlice))
		}
		x.sliceLeft = x.sliceLen
		if cpu.owner == x.ref() {
			dropSlice() // start anew; what it has used has been charged
		}
		switch us := periodOf(time); {
		case us != 0:
			refill(x, cyclesOf(us))
		case isZeroTime(time & 0xFFFF):
			refill(x, 0)
		default:
			refill(x, infinite)
		}
	}
	return errOK
}

// periodOf is the length of the period in the low half of time, in microseconds; 0 for zero and for never.
func periodOf(time uint32) uint64 { return uint64(time&0x3FF) << (time >> 10 & 31) }

// timeControl is what Schedule reports: remaining timeslice and quantum as Times. Precondition: x has been charged.
func timeControl(x *TCB) (times uint32) {
	if x.sliceLen != 0 {
		times = timeOf(microseconds(x.sliceLeft)) << 16
	}
	if x.quantum != infinite {
		times |= timeOf(microseconds(x.quantum))
	}
	return
}

// timeOf encodes microseconds as a Time, rounded down; 0 as zero.
func timeOf(us uint64) uint32 {
	if us == 0 {
		return timeZero
	}
	e := uint32(0)
	for us > 1023 {
		us >>= 1
		e++
	}
	return e<<10 | uint32(us)
}

// scheduleState is the thread state as Schedule reports it.
func scheduleState(x *TCB) uint32 {
	switch {
	case x.State == StateInactive:
		return 1
	case x.State == StateHalted, x.State == StateStopped, x.halted && x.State == StateReady:
		return 2
	case inTransferAsSender(x):
		return 5
	case inTransferAsReceiver(x):
		return 7
	case x.State == StateSend:
		return 4
	case x.waits():
		return 6
	}
	return 3
}

// vecThreadSwitch is the vector of ThreadSwitch (boot/kip.S).
const vecThreadSwitch = ia32.VecSyscall + 2

// quickSwitch does a ThreadSwitch that needs no scheduling: to nobody when nobody waits for t's turn, or to a thread
// that can run at once while nobody is more urgent than t. It returns false, with nothing changed, for all others.
func quickSwitch(t *TCB) bool {
	dest := t.Frame.EAX
	if dest == 0 {
		if cpu.top >= int32(t.prio) || cpu.owner != t.ref() || t.maxDelay != 0 {
			return false
		}
		debugLeave()
		return true
	}
	x := tcbRef(ThreadID(dest).number()).tcb()
	if x.GlobalID != dest || ThreadID(dest).isLocal() || !x.ready() || x.Reasons&^ia32.ReasonsQuiet != 0 || x == t || cpu.top > int32(t.prio) {
		return false
	}
	if !t.queued {
		link(t, true)
	}
	switchTo(x)
	debugLeave()
	return true
}

func sysThreadSwitch(t *TCB) {
	x := resolve(t, ThreadID(t.Frame.EAX))
	if x == nil || x != t && !x.ready() {
		yielded(t)
	}
	switch {
	case x == t:
	case x == nil && cpu.top < int32(t.prio) && cpu.owner == t.ref():
		// Nobody to yield to.
	case x == nil || !x.ready():
		giveUpSlice()
		requeue(t)
	default:
		// x runs on the rest of t's timeslice.
		link(t, true)
		cpu.donated = x.ref()
	}
}
