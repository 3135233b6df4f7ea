package kernel

import "pecan/arch/ia32"

// quickFailure does an IPC that fails at once: to or from a thread that does not exist, or with a zero timeout and nobody
// ready. It returns false, with nothing changed, for every other IPC; the result is that of sysIPC. Nobody is woken and
// the caller goes on, so there is nothing to schedule.
func quickFailure(t *TCB, to, from ThreadID, times, tag uint32) bool {
	const special = tagPropagated | tagTyped // more often than not these succeed
	if t.Reasons&^ia32.ReasonsQuiet != 0 || tag&special != 0 || t.space().redirector != nilThread {
		return false
	}
	var code, sent uint32
	if to != nilThread {
		code = sendFailure(t, to, times>>16)
		sent = tag &^ tagKernel
	} else {
		code = receiveFailure(t, from, times&0xFFFF)
	}
	if code == 0 {
		return false
	}
	t.Exit, t.ipc = ia32.ExitIPC, ipcUser
	t.fail(code)
	deliver(t, nilThread, sent|tagError)
	return true
}

// sendFailure is the error with which a send phase fails at once, or 0.
func sendFailure(t *TCB, to ThreadID, time uint32) uint32 {
	r := resolve(t, to)
	switch {
	case r == nil:
		return ipcNoPartner | phaseSend
	case isZeroTime(time) && !r.waits():
		return ipcTimeout | phaseSend
	}
	return 0
}

// receiveFailure is the error with which a receive phase fails at once, or 0.
func receiveFailure(t *TCB, from ThreadID, time uint32) uint32 {
	switch {
	case from == nilThread:
		return 0
	case from == anyThread, from == anyLocalThread:
	default:
		if resolve(t, from) == nil {
			return ipcNoPartner | phaseReceive
		}
	}
	if isZeroTime(time) && t.sendHead == 0 {
		return ipcTimeout | phaseReceive
	}
	return 0
}
