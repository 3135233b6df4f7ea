package kernel

import "pecan/arch/ia32"

// String items (semantics 3, docs/strings.md). The copy is part of the sender's operation opTransfer: its progress is in
// the sender's TCB, every word of the user's is read once, and a page fault on either side drops the frames and
// comes back here after the pager has answered.

// cursor walks over the substrings of a string: of the message (words are message registers) or of the
// buffers (words are buffer registers).
type cursor struct {
	at    uint16 // register with the next word to read
	count uint8  // substrings of the current descriptor still to come
	more  bool   // c bit: another descriptor of the same string follows
	size  uint32 // bytes of each substring of the descriptor
	addr  uint32 // next byte
	left  uint32 // bytes left of the current substring
}

// stringState is the progress of a string transfer, in the sender's TCB.
type stringState struct {
	src, dst cursor
	total    uint32 // bytes copied in the whole message
	buffer   uint16 // BR of the next buffer string, 0 = none left
	active   bool   // a string is being copied
	faulted  bool   // there has been a page fault: transfer timeouts count
	tie      bool   // the receiver's transfer timeout is the shorter one
}

// chunk bounds a copy between two preemption points, in bytes.
const chunk = 64 << 10

const lastBR = 32

// itemNoString, in a word that should be a string descriptor, says that it is none (abi 1.11).
const itemNoString = 8

// load begins a descriptor of a string item or buffer, whose first word is w (abi 1.11).
func (c *cursor) load(w uint32) {
	c.size = w >> 10
	c.count = uint8(w>>4&31) + 1
	c.more = w>>9&1 != 0
	c.left = 0
}

// br is buffer register i of an active thread.
func (t *TCB) br(i uint32) *uint32 { return word(t.UTCB + br0 - 4*i) }

// beginStrings prepares a transfer: r's buffers start in BR1 if its acceptor says so.
func beginStrings(s, r *TCB) {
	x := &s.str
	x.total, x.active, x.faulted, x.tie = 0, false, false, false
	x.buffer = 0
	if r.ipc == ipcUser && *r.tcr(br0)&1 != 0 {
		x.buffer = 1
	}
}

// loadString begins the string item whose first word, w, is message register i. It returns false for an overflow.
func loadString(s, r *TCB, i, w uint32) bool {
	x := &s.str
	if r.ipc != ipcUser {
		return false
	}
	*r.mr(i) = w // the receiver sees what was cut
	x.src.load(w)
	x.src.at = uint16(i + 1)
	if x.buffer == 0 || !loadBuffer(s, r) {
		return false
	}
	x.active = true
	return true
}

// loadBuffer takes the next buffer string of r; false if its descriptor is not one.
func loadBuffer(s, r *TCB) bool {
	x := &s.str
	at := uint32(x.buffer)
	if at > lastBR {
		return false
	}
	w := *r.br(at)
	if w&itemNoString != 0 {
		return false
	}
	x.dst.load(w)
	x.dst.at = uint16(at + 1)
	x.buffer = 0
	if w&1 != 0 {
		// Another string follows behind all descriptors of this one; found when this one is done.
		x.buffer = 0xFFFF
	}
	return true
}

// skipBuffer moves on to the buffer string behind the current one. The descriptors not read yet are walked over.
func skipBuffer(s, r *TCB) {
	x := &s.str
	if x.buffer != 0xFFFF {
		return
	}
	at := uint32(x.dst.at) + uint32(x.dst.count)
	for more := x.dst.more; more; {
		if at > lastBR {
			x.buffer = lastBR + 1
			return
		}
		w := *r.br(at)
		more = w>>9&1 != 0
		at += w>>4&31 + 2
	}
	x.buffer = uint16(min(at, lastBR+1))
}

// Results of a string copy.
const (
	strDone      = iota // string complete
	strOverflow         // the rest does not fit
	strPreempted        // go on later
	strFault            // a thread of the two has a page fault and is in IPC for it
	strAbort            // a fault that nobody can resolve
	strTimeout          // a transfer timeout is zero
)

// copyString goes on copying the current string.
func copyString(s, r *TCB, last uint32) int {
	x := &s.str
	for {
		if x.src.left == 0 {
			switch nextSource(s, r, last) {
			case strDone:
				skipBuffer(s, r)
				x.active = false
				return strDone
			case strOverflow:
				return strOverflow
			}
			continue
		}
		if x.dst.left == 0 {
			if !nextTarget(s, r) {
				return strOverflow
			}
			continue
		}
		n := min(x.src.left, min(x.dst.left, chunk))
		if x.src.addr >= ia32.UserTop || x.dst.addr >= ia32.UserTop {
			return strOverflow
		}
		n = min(n, min(ia32.UserTop-x.src.addr, ia32.UserTop-x.dst.addr))
		copied, fault, inTarget := copyAcross(s, r, x.dst.addr, x.src.addr, n)
		x.src.addr += copied
		x.src.left -= copied
		x.dst.addr += copied
		x.dst.left -= copied
		x.total += copied
		if copied < n {
			return stringFault(s, r, fault, inTarget)
		}
		if polled() {
			return strPreempted
		}
	}
}

// nextSource takes the next substring of the message: strDone at the end of the string, strPreempted means there is one.
func nextSource(s, r *TCB, last uint32) int {
	c := &s.str.src
	i := uint32(c.at)
	switch {
	case c.count != 0:
		if i > last {
			return strOverflow
		}
		c.addr = *s.mr(i)
		*r.mr(i) = c.addr
		c.left = c.size
		c.count--
	case c.more:
		if i > last {
			return strOverflow
		}
		w := *s.mr(i)
		*r.mr(i) = w
		if w&itemNoString != 0 {
			return strOverflow
		}
		c.load(w)
	default:
		return strDone
	}
	c.at++
	return strPreempted
}

// nextTarget takes the next substring of the buffer; false if there is none.
func nextTarget(s, r *TCB) bool {
	c := &s.str.dst
	i := uint32(c.at)
	if c.count == 0 && !c.more || i > lastBR {
		return false
	}
	w := *r.br(i)
	if c.count != 0 {
		c.addr = w
		c.left = c.size
		c.count--
	} else if w&itemNoString == 0 {
		c.load(w)
	} else {
		return false
	}
	c.at++
	return true
}

// polled takes interrupts after a chunk and reports whether something more urgent has come up.
func polled() bool {
	cpu.work = 0
	poll()
	return cpu.pending != 0
}

// copyAcross copies up to n bytes from src in s's space to dst in r's through the temporary mapping: r's page-directory
// entries are put into the copy area of s's directory for as long as this copy takes. It returns the bytes copied and,
// if not all, the user address that faulted and whether that is r's.
func copyAcross(s, r *TCB, dst, src, n uint32) (copied, fault uint32, inTarget bool) {
	own := ia32.Virt(s.PDir) + 4*pdIndex(ia32.CopyArea)
	from := ia32.Virt(r.PDir) + 4*pdIndex(dst)
	*word(own) = *word(from)
	*word(own + 4) = 0
	if pdIndex(dst)+1 < pdIndex(ia32.UserTop) {
		*word(own + 4) = *word(from + 4)
	}
	if cpu.pdir != s.PDir || cpu.reload {
		cpu.pdir, cpu.reload = s.PDir, false
		ia32.LoadCR3(s.PDir)
	}
	alias := ia32.CopyArea + dst&ia32.LargeMask
	left, at := ia32.CopyUser(alias, src, n)
	copied = n - left
	debugString(copied)
	if left != 0 {
		inTarget = at >= ia32.UserTop
		gap := at - (src + copied)
		if inTarget {
			gap = at - (alias + copied)
		}
		if gap < 4 && gap < left {
			// A word that straddles the fault: its bytes before it go alone.
			rest, _ := ia32.CopyUser(alias+copied, src+copied, gap)
			copied += gap - rest
		}
		fault = at
		if inTarget {
			fault = dst&^ia32.LargeMask + (at - ia32.CopyArea)
		}
	}
	carryStatus(word(from), word(own))
	if pdIndex(dst)+1 < pdIndex(ia32.UserTop) {
		carryStatus(word(from+4), word(own+4))
	}
	*word(own), *word(own + 4) = 0, 0
	cpu.reload = true // before anything else runs: the translations must not outlive the entries
	return copied, fault, inTarget
}

// carryStatus adds the accessed and dirty bits of a copied directory entry to the original: those of 4 MiB pages are in it.
func carryStatus(entry, alias *uint32) {
	if *alias&ia32.PteLarge != 0 {
		*entry |= *alias & touched
	}
}

// stringFault deals with a page fault of the copy at a user address of s or (inTarget) r: its thread sends the fault to
// its pager, the copy goes on when the answer is there (resumeTransfer).
func stringFault(s, r *TCB, addr uint32, inTarget bool) int {
	x := &s.str
	t, access, ip := s, uint32(faultRead), userIP(s)
	if inTarget {
		t, access, ip = r, faultWrite, ^uint32(0)
	}
	space := t.space()
	if !space.mappable(addr) {
		return strAbort
	}
	if space.isSigma0 {
		if !mapIdentity(space, addr) {
			return strAbort
		}
		return strPreempted
	}
	if !x.faulted && !startTransferTimeout(s, r) {
		return strTimeout
	}
	x.faulted = true
	nest(t)
	if inTarget {
		clearOp(s)
		s.State = StateFaultWait
	}
	t.message[1], t.message[2] = addr, ip
	kernelIPC(t, ipcPageFault, ThreadID(*t.tcr(tcrPager)), tagPageFault|access)
	return strFault
}
