package l4

// Protocol is the upper 12 bits of a label: which of the protocols of abi 6 a message belongs to.
type Protocol uint32

const (
	InterruptProtocol   Protocol = 0xFFF
	PageFaultProtocol   Protocol = 0xFFE
	PreemptionProtocol  Protocol = 0xFFD
	SystemExcProtocol   Protocol = 0xFFC
	ExceptionProtocol   Protocol = 0xFFB
	Sigma0Protocol      Protocol = 0xFFA
	IOFaultProtocol     Protocol = 0xFF8
	Sigma0ExtraProtocol Protocol = 0xC17
)

// Label is the protocol's label with its lowest nibble n.
func (p Protocol) Label(n uint16) uint16 { return uint16(p)<<4 | n&0xF }

// PageFault is a page fault as the kernel tells a pager. Abi 6.2. The answer is a message with a map or grant item, or
// an empty one, which lets the thread try again.
type PageFault struct {
	Addr   uint32 // faulting address
	IP     uint32 // instruction pointer, 0xFFFFFFFF for a fault in a string transfer
	Access Rights // what was tried: Write, Read, Execute or RX if the hardware cannot tell
}

// PageFault is the page fault in m, if m is one (2 untyped words, no items).
func (m *Msg) PageFault() (PageFault, bool) {
	t := m.Tag()
	ok := t.Protocol() == PageFaultProtocol && t.Untyped() == 2 && t.Typed() == 0
	return PageFault{Addr: m[1], IP: m[2], Access: Rights(t.Label()) & RWX}, ok
}

// IOFault is an access to an I/O port that the thread's space does not have, as the kernel tells its pager. Abi 6.7. The
// answer is a message with a map item of an I/O flexpage.
type IOFault struct {
	Ports IOFpage
	IP    uint32
}

// IOFault is the I/O fault in m, if m is one.
func (m *Msg) IOFault() (IOFault, bool) {
	t := m.Tag()
	ok := t.Protocol() == IOFaultProtocol && t.Untyped() == 2 && t.Typed() == 0 && Fpage(m[1]).IsIO()
	return IOFault{Ports: IOFpage(m[1]), IP: m[2]}, ok
}

// Registers are the general registers in the order of the exception message.
type Registers struct {
	IP, Flags                              uint32
	Vector, ErrorCode                      uint32 // hardware exception number and error code (0 if it has none)
	EDI, ESI, EBP, ESP, EBX, EDX, ECX, EAX uint32
}

const registerWords = 12

// Exception are the registers in m, if m is an exception as the kernel tells an exception handler. Abi 6.4. The answer
// is SetException with the registers to go on with; of the flags the arithmetic ones count, TF (single step) and RF.
func (m *Msg) Exception() (r Registers, ok bool) {
	t := m.Tag()
	if t.Protocol() != ExceptionProtocol || t.Untyped() != registerWords || t.Typed() != 0 {
		return r, false
	}
	return Registers{
		IP: m[1], Flags: m[2], Vector: m[3], ErrorCode: m[4],
		EDI: m[5], ESI: m[6], EBP: m[7], ESP: m[8],
		EBX: m[9], EDX: m[10], ECX: m[11], EAX: m[12],
	}, true
}

// SetException makes m the answer to an exception, with which the thread continues.
func (m *Msg) SetException(r *Registers) *Msg {
	m.Start(0).Add(r.IP).Add(r.Flags).Add(r.Vector).Add(r.ErrorCode)
	m.Add(r.EDI).Add(r.ESI).Add(r.EBP).Add(r.ESP)
	return m.Add(r.EBX).Add(r.EDX).Add(r.ECX).Add(r.EAX)
}

// IsInterrupt reports whether m is an interrupt; the sender is then Interrupt(irq). Any message to that ID
// acknowledges it. Abi 6.3.
func (m *Msg) IsInterrupt() bool {
	t := m.Tag()
	return t.Protocol() == InterruptProtocol && t.Untyped() == 0 && t.Typed() == 0
}

// Preemption is the clock in microseconds in m, if m is a preemption message. Abi 6.6.
func (m *Msg) Preemption() (clock uint64, ok bool) {
	t := m.Tag()
	return m.Word64(1), t.Protocol() == PreemptionProtocol && t.Untyped() == 2 && t.Typed() == 0
}

// SetStart makes m the message by which a pager starts a thread at instruction pointer ip and stack pointer sp. Abi 6.1.
func (m *Msg) SetStart(ip, sp uint32) *Msg { return m.Start(0).Add(ip).Add(sp) }

// Attribute is a memory attribute (cacheability). Abi 5.10.
type Attribute uint32

const (
	DefaultMemory  Attribute = 0
	WriteBack      Attribute = 1
	WriteThrough   Attribute = 2
	Uncacheable    Attribute = 4
	WriteCombining Attribute = 5
	WriteProtected Attribute = 8
)

// SetSigma0 makes m a request to sigma0 for memory or ports, p, with attribute a. Abi 6.8. Bit 3 of p would announce a
// third word and is left out. The answer's map item is nil if sigma0 refuses.
func (m *Msg) SetSigma0(p Fpage, a Attribute) *Msg {
	return m.Start(Sigma0Protocol.Label(0)).Add(uint32(p &^ 8)).Add(uint32(a))
}

// AnyPage is the flexpage that asks sigma0 for any 1<<log2 bytes of conventional memory.
func AnyPage(log2 uint32) Fpage { return Fpage(AnyBase | log2&0x3F<<4) }

// IsAny reports whether p is what AnyPage makes.
func (p Fpage) IsAny() bool { return uint32(p)&^0x3FF == AnyBase }
