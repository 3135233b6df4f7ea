package main

import "pecan/user/l4"

// Page faults (abi 6.2, semantics 6.6).

var faultCases = []testCase{
	{"abi-6.2-fault-message", faultMessage},
	{"abi-6.2-access-bits", faultAccess},
	{"abi-6.2-registers-unchanged", faultKeepsRegisters},
	{"abi-6.2-message-registers-unchanged", faultKeepsMessages},
	{"abi-6.2-aborted-fault", faultAborted},
	{"abi-6.2-empty-reply-retries", faultRetries},
	{"abi-6.2-map-reply", faultMapReply},
	{"abi-6.2-grant-reply", faultGrantReply},
	{"abi-6.2-acceptor-is-complete", faultIgnoresAcceptor},
	{"abi-6.2-other-replies", faultOddReplies},
	{"abi-6.2-only-the-pager-replies", faultForeignReply},
	{"abi-6.2-pager-register", faultPagerRegister},
	{"semantics-6.6-bad-pager-halts", faultBadPager},
	{"semantics-6.6-bad-pager-repaired", faultRepaired},
	{"semantics-6.6-pager-deleted-while-faulting", faultPagerDeleted},
	{"semantics-6.6-deletes-its-pager-while-faulting", faultDeletesPager},
	{"semantics-6.6-own-pager", faultOwnPager},
	{"abi-6.2-page-0-kip-utcb-raise-exceptions", faultSpecialPages},
	{"abi-6.2-pages-of-the-utcb-area", faultUTCBArea},
}

// hole is an address of the user area where nothing is, in children.
const hole = 0x30000000

// Instructions that access [EBX].
var (
	readEBX  = []byte{0x8B, 0x03} // mov eax, [ebx]
	writeEBX = []byte{0x89, 0x03} // mov [ebx], eax
)

// isFault checks that e is a page fault.
func isFault(e event, addr, ip uint32, access l4.Rights) {
	if e.kind != pageFault || e.fault.Addr != addr || e.fault.IP != ip || e.fault.Access != access {
		t := describe("want page fault (").Dec(uint64(access)).Str(") of ").Hex(addr).Str(" at ").Hex(ip).Str(", got (")
		fatal(e.describe(t.Dec(uint64(e.fault.Access)).Str(") ")))
	}
}

// mapTo answers the fault of a rig with a page.
func (r *rig) mapTo(addr, page uint32, rights l4.Rights) {
	var m l4.Msg
	m.Start(0).AddMap(l4.MapItem{Base: addr, Fpage: l4.PageAt(page, rights)})
	arrives("map reply", l4.Send(r.id, &m, l4.Zero))
}

func faultMessage() {
	for _, r := range [...]*rig{newRigIn(nil), newRig()} {
		for _, addr := range [...]uint32{hole, hole + 4, hole + 0xFFC, hole + 0xFFD, 0x1000, 0xBEFFFFFC, 0xBFFEFFFC} {
			r.patterns()
			r.regs.EBX = addr
			e := r.do(readEBX...)
			isFault(e, addr, r.slot, l4.Read)
			equal("tag", uint32(e.tag), 0xFFE40002)
			r.again()
			r.patterns()
			r.regs.EBX = addr
			e = r.do(writeEBX...)
			if addr == hole+0xFFD {
				check(e.kind == pageFault && (e.fault.Addr == addr || e.fault.Addr == hole+0x1000), "fault of a straddling write")
			} else {
				isFault(e, addr, r.slot, l4.Write)
			}
			r.again()
		}
	}
}

func faultAccess() {
	r := newRigIn(nil)
	r.patterns()
	r.regs.EBX = hole
	e := r.do(0xFF, 0xE3) // jmp ebx
	check(e.kind == pageFault && e.fault.Addr == hole && e.fault.IP == hole, "no fault of the jump")
	check(e.fault.Access&l4.Execute != 0 && e.fault.Access&l4.Write == 0, "access of a jump")
	r.again()
	// A write to a page that may be read, a read and a jump there.
	store(pages, 0x90900B0F)
	r.patterns()
	r.regs.EBX = hole
	e = r.do(readEBX...)
	isFault(e, hole, r.slot, l4.Read)
	r.mapTo(hole, pages, l4.RX)
	r.done(r.next(soon), 2)
	r.regs.EBX = hole
	e = r.do(writeEBX...)
	isFault(e, hole, r.slot, l4.Write)
	r.mapTo(hole, pages, l4.RWX)
	r.done(r.next(soon), 2)
	equal("written", load(pages), 0x90900B0F)
}

func faultKeepsRegisters() {
	r := newRigIn(nil)
	r.patterns()
	r.regs.EBX = hole + 0x10
	r.regs.Flags = 0x202 | 0x8D5
	before := r.regs
	e := r.do(writeEBX...)
	isFault(e, hole+0x10, r.slot, l4.Write)
	r.mapTo(hole, pages, l4.RWX)
	e = r.next(soon)
	r.done(e, 2)
	for i, w := range [...][2]uint32{
		{e.regs.EAX, before.EAX}, {e.regs.EBX, before.EBX}, {e.regs.ECX, before.ECX}, {e.regs.EDX, before.EDX},
		{e.regs.ESI, before.ESI}, {e.regs.EDI, before.EDI}, {e.regs.EBP, before.EBP}, {e.regs.ESP, before.ESP},
		{e.regs.Flags &^ flagRF, before.Flags},
	} {
		stepNumber("register", uint32(i))
		equal("value", w[0], w[1])
	}
	equal("written", load(pages+0x10), before.EAX)
}

// fillUTCB puts a pattern into everything of a UTCB that a fault must leave alone.
func fillUTCB(u *l4.UTCB) {
	for i := range u.MR {
		u.MR[i] = 0xF1110000 + uint32(i)
	}
	for i := range uint32(33) {
		u.SetBR(i, 0xB1110000+i<<4)
	}
	u.SetBR(0, 0) // no window
	u.ErrorCode, u.XferTimeouts, u.VirtualSender, u.IntendedReceiver = 0x99, 0x9A, 0x9B, 0x9C
	u.ThreadWord0, u.ThreadWord1, u.UserDefinedHandle = 0x9D, 0x9E, 0x9F
}

func checkUTCB(u *l4.UTCB) {
	for i := range u.MR {
		stepNumber("MR", uint32(i))
		equal("value", u.MR[i], 0xF1110000+uint32(i))
	}
	for i := uint32(1); i < 33; i++ {
		stepNumber("BR", i)
		equal("value", u.BR(i), 0xB1110000+i<<4)
	}
	about.Reset()
	check(u.ErrorCode == 0x99 && u.XferTimeouts == 0x9A && u.VirtualSender == 0x9B && u.IntendedReceiver == 0x9C, "control registers changed")
	check(u.ThreadWord0 == 0x9D && u.ThreadWord1 == 0x9E && u.UserDefinedHandle == 0x9F, "thread words changed")
}

// The fault IPC leaves all virtual registers of the faulting thread alone.
func faultKeepsMessages() {
	r := newRig()
	u := r.utcb()
	fillUTCB(u)
	r.patterns()
	r.regs.EBX = hole
	e := r.do(readEBX...)
	isFault(e, hole, r.slot, l4.Read)
	checkUTCB(u)
	var m l4.Msg
	arrives("retry", l4.Send(r.id, m.Start(0), l4.Zero))
	isFault(r.next(soon), hole, r.slot, l4.Read)
	checkUTCB(u)
	r.mapTo(hole, pages, l4.RWX)
	r.done(r.next(soon), 2)
	checkUTCB(u)
	l4.UnmapPage(l4.PageAt(hole, l4.RWX), true)
}

// So does a fault that is aborted: the thread goes on where it is told to, or faults again.
func faultAborted() {
	r := newRig()
	u := r.utcb()
	fillUTCB(u)
	r.patterns()
	r.regs.EBX = hole
	isFault(r.do(readEBX...), hole, r.slot, l4.Read)
	succeeds("cancel", l4.Cancel(r.id))
	isFault(r.next(soon), hole, r.slot, l4.Read)
	checkUTCB(u)
	r.again()
	equal("EAX", r.regs.EAX, 0xA1A2A3A4)
	checkUTCB(u)
}

func faultRetries() {
	r := newRigIn(nil)
	r.patterns()
	r.regs.EBX = hole
	e := r.do(readEBX...)
	for range 20 {
		isFault(e, hole, r.slot, l4.Read)
		var m l4.Msg
		arrives("retry", l4.Send(r.id, m.Start(0), l4.Zero))
		e = r.next(soon)
	}
	isFault(e, hole, r.slot, l4.Read)
}

func faultMapReply() {
	r := newRigIn(nil)
	store(pages, 0x12345678)
	r.patterns()
	r.regs.EBX = hole
	isFault(r.do(readEBX...), hole, r.slot, l4.Read)
	r.mapTo(hole, pages, l4.RWX)
	e := r.next(soon)
	r.done(e, 2)
	equal("read", e.regs.EAX, 0x12345678)
	// A reply that maps something else leaves the fault.
	r.regs.EBX = hole + 0x2000
	isFault(r.do(readEBX...), hole+0x2000, r.slot, l4.Read)
	r.mapTo(hole+0x3000, pages, l4.RWX)
	isFault(r.next(soon), hole+0x2000, r.slot, l4.Read)
}

func faultGrantReply() {
	page := pages + 0x1000
	store(page, 0x6AA6)
	child := newRigIn(nil)
	// The case grants a page that it has itself at another address.
	self := newRig()
	self.patterns()
	self.regs.EBX = hole
	isFault(self.do(readEBX...), hole, self.slot, l4.Read)
	var m l4.Msg
	m.Start(0).AddMap(l4.MapItem{Base: hole, Fpage: l4.PageAt(page, l4.RWX)})
	arrives("map", l4.Send(self.id, &m, l4.Zero))
	self.done(self.next(soon), 2)
	child.patterns()
	child.regs.EBX = hole + 0x5000
	isFault(child.do(readEBX...), hole+0x5000, child.slot, l4.Read)
	m.Start(0).AddGrant(l4.GrantItem{Base: hole + 0x5000, Fpage: l4.PageAt(hole, l4.RWX)})
	arrives("grant", l4.Send(child.id, &m, l4.Zero))
	e := child.next(soon)
	child.done(e, 2)
	equal("read", e.regs.EAX, 0x6AA6)
	self.regs.EBX = hole
	isFault(self.do(readEBX...), hole, self.slot, l4.Read) // it is gone here
}
