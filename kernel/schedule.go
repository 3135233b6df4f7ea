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
		f.EAX = 2
		if x.irqState == irqFree {
			f.EAX = 0
			t.fail(errThread)
		}
		return
	}
	old := timeControl(x)
	if code := reschedule(t, x, f.ECX, f.EDX, f.ESI, f.EDI); code != errOK {
		f.EAX = 0
		t.fail(code)
		return
	}
	f.EAX = scheduleState(x)
	f.EDX = old
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
		if q := time & 0xFFFF; q != 0 && q != 0x7FFF {
			return errParameter // finite total quantum
		}
	}
	if processor != unchanged && processor&0xFFFF != 0 {
		return errParameter
	}
	setPrio := prio != unchanged && prio&0x1FF <= 255
	if setPrio && prio&0xFF > uint32(t.Prio) && !privileged {
		return errParameter
	}
	if preemption != unchanged && preemption>>16&0xFF > uint32(t.Prio) && !privileged {
		return errParameter
	}
	if setPrio {
		queued := x.queued
		dequeue(x)
		x.Prio = int32(prio & 0xFF)
		if queued {
			enqueue(x)
		}
	}
	if time != unchanged {
		x.sliceLen = 0
		if us := uint64(time>>16&0x3FF) << (time >> 26 & 31); us != 0 {
			x.sliceLen = cyclesOf(max(us, shortestSlice))
		}
		x.sliceLeft = x.sliceLen
		if cpu.owner == x.ref() {
			cpu.owner = 0 // start anew
		}
	}
	return errOK
}

// timeControl is what Schedule reports: remaining timeslice and quantum as Times.
func timeControl(x *TCB) uint32 {
	left := x.sliceLeft
	if cpu.owner == x.ref() && cpu.sliceEnd != 0 {
		left = 0
		if now := ia32.ReadTSC(); cpu.sliceEnd > now {
			left = cpu.sliceEnd - now
		}
	}
	return timeOf(microseconds(left)) << 16
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
	case x.State == StateHalted, x.halted && x.State == StateReady:
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

func sysThreadSwitch(t *TCB) {
	x := resolve(t, ThreadID(t.Frame.EAX))
	switch {
	case x == t:
	case x == nil && cpu.ready[uint8(t.Prio)] == 0 && ia32.Top < t.Prio && cpu.owner == t.ref():
		// Nobody to yield to.
	case x == nil || !x.ready():
		giveUpSlice()
		requeue(t)
	default:
		// x runs on the rest of t's timeslice.
		link(t, true)
		dequeue(x)
		cpu.donated = x.ref()
	}
}
