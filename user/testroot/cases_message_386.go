package main

import "pecan/user/l4"

// Contents of messages (semantics 1.6, abi 1.9) and partners that go away (semantics 6.3, 1.3, 1.4).

var messageCases = []testCase{
	{"abi-1.9-ignores-r-x-e", ignoresFlags},
	{"semantics-1.7-propagation-refused", propagationRefused},
	{"abi-1.9-words-0-to-63", allWords},
	{"abi-1.9-too-many-words", tooManyWords},
	{"abi-1.9-nil-tag", nilTag},
	{"abi-1.11-bad-items", badItems},
	{"abi-1.12-items-need-a-window", itemsNeedWindow},
	{"abi-5.1-error-code-survives-success", errorCodeSurvives},
	{"semantics-1.6-other-words-stay", otherWordsStay},
}

// receiver is a thread that reports everything it receives in shared memory.
var got struct {
	tag   l4.MsgTag
	from  l4.ThreadID
	error uint32
	mr    [64]uint32
}

// receiveRaw makes a thread that receives once from the case, with the acceptor, into got.
func receiveRaw(acceptor l4.Acceptor) l4.ThreadID {
	id := spawn(func() {
		u := l4.MyUTCB()
		u.SetAcceptor(acceptor)
		for i := range u.MR {
			u.MR[i] = 0xEEEE0000 + uint32(i)
		}
		got.from, got.tag = l4.Ipc(l4.NilThread, controller, l4.NewTimeouts(l4.Never, soon), 0)
		got.error = u.ErrorCode
		copy(got.mr[:], u.MR[:])
		var m l4.Msg
		l4.Send(controller, m.Start(0), soon)
	})
	waitState(id, l4.WaitingReceive)
	return id
}

// sendRaw sends what is in the UTCB with the tag, and waits until the receiver has reported.
func sendRaw(to l4.ThreadID, tag l4.MsgTag) (result l4.MsgTag) {
	_, result = l4.Ipc(to, l4.NilThread, l4.NewTimeouts(l4.Zero, l4.Never), tag)
	var m l4.Msg
	arrives("report", l4.Receive(to, &m, soon))
	return result
}

func ignoresFlags() {
	for _, f := range [...]l4.MsgTag{l4.Redirected, l4.CrossProcessor, l4.Failed, 0xE000} {
		stepNumber("flags", uint32(f))
		to := receiveRaw(0)
		l4.MyUTCB().MR[1] = 0x1234
		result := sendRaw(to, l4.NewTag(0xAB, 1, 0)|f)
		equal("tag received", uint32(got.tag), uint32(l4.NewTag(0xAB, 1, 0)))
		equal("tag returned", uint32(result), uint32(l4.NewTag(0xAB, 1, 0)))
		equal("word", got.mr[1], 0x1234)
		equalID("sender", got.from, l4.MyLocalID())
	}
}

// Propagation in the name of somebody who does not exist, or is elsewhere, is a message like any other.
func propagationRefused() {
	far := spawnSpace(sleeper)
	for _, id := range [...]l4.ThreadID{0, l4.AnyThread, l4.AnyLocalThread, l4.Global(100000, 1), kernelThread(), 0x1240, k0()} {
		stepNumber("virtual sender", uint32(id))
		s := spawnIn(far, func() {
			u := l4.MyUTCB()
			u.VirtualSender = id
			l4.Ipc(controller, l4.NilThread, 0, l4.NewTag(0x66, 0, 0)|l4.Propagate)
		})
		var m l4.Msg
		from, err := l4.Wait(&m, soon)
		arrives("message", err)
		equal("tag", uint32(m.Tag()), uint32(l4.NewTag(0x66, 0, 0)))
		equalID("sender", from, s)
	}
}

func allWords() {
	u := l4.MyUTCB()
	for n := range uint32(64) {
		here := marked()
		stepNumber("words", n)
		to := receiveRaw(0)
		for i := uint32(1); i < 64; i++ {
			u.MR[i] = n<<8 | i
		}
		sendRaw(to, l4.NewTag(0xFFFF, n, 0))
		equal("tag", uint32(got.tag), uint32(l4.NewTag(0xFFFF, n, 0)))
		for i := uint32(1); i < 64; i++ {
			want := n<<8 | i
			if i > n {
				want = 0xEEEE0000 + i
			}
			equal("word", got.mr[i], want)
		}
		remove(to)
		here.rewind()
	}
}

// More than 63 words: both sides get an overflow, nothing is transferred (semantics 10).
func tooManyWords() {
	u := l4.MyUTCB()
	for _, c := range [...][2]uint32{{63, 1}, {62, 2}, {1, 63}, {63, 63}, {32, 32}} {
		stepNumber("untyped", c[0])
		to := receiveRaw(l4.AcceptAll)
		for i := range u.MR {
			u.MR[i] = 8
		}
		tag := l4.NewTag(0x77, c[0], c[1])
		result := sendRaw(to, tag)
		check(result.Failed(), "no error")
		equal("tag returned", uint32(result&^l4.Failed), uint32(tag))
		equal("sender's error", u.ErrorCode&^0, u.ErrorCode)
		equal("receiver's tag", uint32(got.tag), uint32(tag|l4.Failed))
		equal("receiver's error", got.error, uint32(receiveOverflow))
		equal("word", got.mr[1], 0xEEEE0001)
	}
	to := receiveRaw(0)
	_, result := l4.Ipc(to, l4.NilThread, l4.NewTimeouts(l4.Zero, l4.Never), l4.NewTag(0, 63, 63))
	check(result.Failed(), "no error")
	equal("sender's error", u.ErrorCode, uint32(sendOverflow))
}

func nilTag() {
	to := receiveRaw(0)
	result := sendRaw(to, 0)
	equal("result", uint32(result), 0)
	equal("tag", uint32(got.tag), 0)
	equal("MR0", got.mr[0], 0)
	equal("MR1", got.mr[1], 0xEEEE0001)
}

// Items of unknown type, or cut off, overflow; untyped words have been copied.
func badItems() {
	u := l4.MyUTCB()
	for i, c := range [...]struct {
		typed uint32
		item  uint32
	}{
		{2, 0xC}, {2, 0xE}, {2, 0xD}, {2, 0xF}, {1, 8}, {1, 10}, {1, 0}, {3, 8}, {63 - 3, 0xE},
	} {
		stepNumber("row", uint32(i))
		to := receiveRaw(l4.AcceptAll)
		u.MR[1], u.MR[2], u.MR[3] = 0xA, 0xB, 0xC
		u.MR[4], u.MR[5], u.MR[6] = c.item, 0, 0xE
		u.ErrorCode = 0
		tag := l4.NewTag(9, 3, c.typed)
		_, result := l4.Ipc(to, l4.NilThread, l4.NewTimeouts(l4.Zero, l4.Never), tag)
		check(result.Failed(), "no error")
		equal("sender's error", u.ErrorCode, uint32(sendOverflow))
		var m l4.Msg
		arrives("report", l4.Receive(to, &m, soon))
		equal("receiver's error", got.error, uint32(receiveOverflow))
		equal("receiver's tag", uint32(got.tag), uint32(tag|l4.Failed))
		equal("untyped word", got.mr[2], 0xB)
	}
}

func itemsNeedWindow() {
	u := l4.MyUTCB()
	for _, acceptor := range [...]l4.Acceptor{0, 1, 2, 0xC} {
		stepNumber("acceptor", uint32(acceptor))
		to := receiveRaw(acceptor)
		u.MR[1], u.MR[2] = l4.MapItem{Base: 0, Fpage: l4.PageAt(pages, l4.RWX)}.Words()
		_, result := l4.Ipc(to, l4.NilThread, l4.NewTimeouts(l4.Zero, l4.Never), l4.NewTag(9, 0, 2))
		check(result.Failed(), "no error")
		equal("sender's error", u.ErrorCode, uint32(sendOverflow))
		var m l4.Msg
		arrives("report", l4.Receive(to, &m, soon))
		equal("receiver's error", got.error, uint32(receiveOverflow))
	}
	// The items are delivered verbatim, bits that say nothing included.
	to := receiveRaw(l4.AcceptAll)
	w0, w1 := l4.MapItem{Base: 0x12345400, Fpage: 0}.Words()
	u.MR[1], u.MR[2], u.MR[3] = 0x11, w0|1, w1
	result := sendRaw(to, l4.NewTag(9, 1, 2))
	equal("result", uint32(result), uint32(l4.NewTag(9, 1, 2)))
	equal("tag", uint32(got.tag), uint32(l4.NewTag(9, 1, 2)))
	equal("untyped", got.mr[1], 0x11)
	equal("item", got.mr[2], w0|1)
	equal("fpage", got.mr[3], w1)
}

func errorCodeSurvives() {
	u := l4.MyUTCB()
	var m l4.Msg
	ipcFails("fails", l4.Receive(me(), &m, l4.Zero), receiveTimeout)
	s := spawn(sender(me(), 1))
	arrives("succeeds", l4.Receive(s, &m, soon))
	equal("ErrorCode", u.ErrorCode, uint32(receiveTimeout))
}

// Words behind the message and control registers of the receiver stay as they are; ThreadWords are the user's.
func otherWordsStay() {
	to := spawn(func() {
		u := l4.MyUTCB()
		u.ThreadWord0, u.ThreadWord1, u.UserDefinedHandle, u.XferTimeouts = 0x1A, 0x1B, 0x1C, 0x1D
		for i := uint32(1); i <= 32; i++ {
			u.SetBR(i, 0xB0+i)
		}
		pager, handler := u.Pager, u.ExceptionHandler
		var m l4.Msg
		l4.Receive(controller, &m, soon)
		check(u.ThreadWord0 == 0x1A && u.ThreadWord1 == 0x1B && u.UserDefinedHandle == 0x1C && u.XferTimeouts == 0x1D, "user's words changed")
		check(u.Pager == pager && u.ExceptionHandler == handler && u.MyGlobalID == l4.MyGlobalID() && u.Processor == 0, "control registers changed")
		for i := uint32(1); i <= 32; i++ {
			equal("BR", u.BR(i), 0xB0+i)
		}
		u.XferTimeouts = 0
		l4.Send(controller, m.Start(0), soon)
	})
	var m l4.Msg
	arrives("send", l4.Send(to, m.Start(1).Add(2), soon))
	arrives("report", l4.Receive(to, &m, soon))
}
