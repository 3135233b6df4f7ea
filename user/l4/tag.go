package l4

// MsgTag is the first word of a message, MR0: how long it is, what it is about, and what happened to it. Abi 1.9.
type MsgTag uint32

const (
	// Propagate, in an outgoing tag, asks to send in the name of the VirtualSender TCR; in a received tag it says that
	// this was done and that the ActualSender TCR is valid.
	Propagate MsgTag = 1 << 12
	// Redirected, in a received tag, says that the message was meant for the IntendedReceiver TCR.
	Redirected MsgTag = 1 << 13
	// CrossProcessor, in a received tag, says that the sender ran on another processor.
	CrossProcessor MsgTag = 1 << 14
	// Failed, after an IPC, says that the ErrorCode TCR tells why.
	Failed MsgTag = 1 << 15
)

// MaxWords is the number of words a message can have besides its tag.
const MaxWords = 63

// NewTag is the tag of a message with the given label, untyped and typed words (together at most MaxWords).
func NewTag(label uint16, untyped, typed uint32) MsgTag {
	return MsgTag(uint32(label)<<16 | typed&0x3F<<6 | untyped&0x3F)
}

// Label is what the sender says the message is about.
func (t MsgTag) Label() uint16 { return uint16(t >> 16) }

// Protocol is the upper 12 bits of the label, by which kernel protocols are told apart (abi 6).
func (t MsgTag) Protocol() Protocol { return Protocol(t >> 20) }

// Untyped is the number of untyped words, MR1..MRu.
func (t MsgTag) Untyped() uint32 { return uint32(t) & 0x3F }

// Typed is the number of words of typed items that follow the untyped ones.
func (t MsgTag) Typed() uint32 { return uint32(t) >> 6 & 0x3F }

// Failed reports whether the IPC that returned t failed.
func (t MsgTag) Failed() bool { return t&Failed != 0 }

// Propagated reports whether the message came from the ActualSender TCR in another's name.
func (t MsgTag) Propagated() bool { return t&Propagate != 0 }
