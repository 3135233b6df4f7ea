package kernel

import "pecan/arch/ia32"

// Timeouts: a binary heap of blocked threads by deadline, over pages that grow with the number of
// threads, so that blocking never allocates. A thread's heapIndex is its place, 1-based; 0 is none.

var timeouts struct {
	pages    [256]uint32 // kernel addresses, 1024 Refs each
	capacity uint32      // slots
	count    uint32
}

// growTimeouts makes room for one thread more than live threads exist. It returns false without memory.
func growTimeouts(threads uint32) bool {
	if threads < timeouts.capacity {
		return true
	}
	page := allocPage(pageTimeouts, 0)
	if page == 0 {
		return false
	}
	timeouts.pages[timeouts.capacity>>10] = page
	timeouts.capacity += 1024
	return true
}

// shrinkTimeouts gives a page back when a whole one is spare beyond the next.
func shrinkTimeouts(threads uint32) {
	if timeouts.capacity >= 2048 && threads+1024 < timeouts.capacity-512 && timeouts.count < timeouts.capacity-1024 {
		timeouts.capacity -= 1024
		freePage(timeouts.pages[timeouts.capacity>>10])
		timeouts.pages[timeouts.capacity>>10] = 0
	}
}

func slot(i uint32) *Ref {
	i--
	return (*Ref)(ia32.Ptr(timeouts.pages[i>>10] + i&1023<<2))
}

func place(i uint32, t *TCB) {
	*slot(i) = t.ref()
	t.heapIndex = i
}

// setTimeout queues a blocked thread for deadline (TSC).
func setTimeout(t *TCB, deadline uint64) {
	cancelTimeout(t) // what plain waits have left
	t.Deadline, t.heapKey = deadline, deadline
	timeouts.count++
	siftUp(timeouts.count, t)
	if t.heapIndex == 1 {
		armFor(deadline, ia32.ReadTSC())
	}
}

// cancelTimeout takes a thread out, if it is queued.
func cancelTimeout(t *TCB) {
	i := t.heapIndex
	if i == 0 {
		return
	}
	t.heapIndex = 0
	t.Reasons &^= ia32.ReasonTimer
	last := slot(timeouts.count).tcb()
	timeouts.count--
	if last == t {
		return
	}
	if i > 1 && last.heapKey < slot(i/2).tcb().heapKey {
		siftUp(i, last)
	} else {
		siftDown(i, last)
	}
}

func siftUp(i uint32, t *TCB) {
	for i > 1 {
		parent := slot(i / 2).tcb()
		if parent.heapKey <= t.heapKey {
			break
		}
		place(i, parent)
		i /= 2
	}
	place(i, t)
}

func siftDown(i uint32, t *TCB) {
	for 2*i <= timeouts.count {
		child := 2 * i
		c := slot(child).tcb()
		if child < timeouts.count {
			if other := slot(child + 1).tcb(); other.heapKey < c.heapKey {
				child, c = child+1, other
			}
		}
		if t.heapKey <= c.heapKey {
			break
		}
		place(i, c)
		i = child
	}
	place(i, t)
}

// hasDeadline computes t's deadline for a finite Time; false if there is nothing to wait for.
func hasDeadline(t *TCB, time uint32) bool {
	now := ia32.ReadTSC()
	t.Deadline = deadlineOf(time, now)
	return t.Deadline > now
}

// nextTimeout is the earliest deadline, or noDeadline.
func nextTimeout() uint64 {
	if timeouts.count == 0 {
		return noDeadline
	}
	return (*Ref)(ia32.Ptr(timeouts.pages[0])).tcb().heapKey // of slot 1
}

// postponed deals with an entry that has come to the top for a plain wait: the thread does not wait any more, or waits again until later.
// It returns false if its deadline has come.
func postponed(t *TCB, now uint64) bool {
	switch {
	case t.Reasons&ia32.ReasonTimer == 0:
		return false
	case !t.plain():
		cancelTimeout(t)
	case t.Deadline > now:
		t.heapKey = t.Deadline
		siftDown(t.heapIndex, t)
	default:
		return false
	}
	return true
}

// mostExpiries bounds the threads that one timer interrupt wakes: each costs some 500 instructions, most of them in the heap.
const mostExpiries = 6

// expireTimeouts wakes every thread whose deadline has come, a bounded number per call; the timer is armed again
// for the rest.
func expireTimeouts(now uint64) {
	for n := 0; n < mostExpiries && timeouts.count != 0; n++ {
		t := slot(1).tcb()
		if t.heapKey > now {
			return
		}
		if !postponed(t, now) {
			ipcExpired(t)
		}
	}
}

// Time encodings (abi 1.7).

const timeZero = 0x0400

// isZeroTime reports a time that does not wait at all: zero, or a point that has passed.
func isZeroTime(time uint32) bool {
	return time&0x8000 == 0 && time&0x3FF == 0 && time != 0
}

// deadlineOf converts a Time to a TSC deadline; noDeadline for never. A deadline that is not after now means: do not wait.
func deadlineOf(time uint32, now uint64) uint64 {
	if time == 0 {
		return noDeadline
	}
	m := uint64(time & 0x3FF)
	if time&0x8000 == 0 {
		if m == 0 {
			return now
		}
		return now + cyclesOf(m<<(time>>10&31))
	}
	// A point: bit c repeats bit e+10 of the target time.
	e, c := time>>11&15, uint64(time>>10&1)
	current := microseconds(now)
	hi := current >> (e + 10)
	if hi&1 != c {
		hi++
	}
	point := (m + hi<<10) << e
	if point <= current {
		return now
	}
	return now + cyclesOf(point-current)
}
