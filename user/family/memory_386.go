package main

import (
	"sync/atomic"
	"unsafe"

	"pecan/user/cases"
	"pecan/user/l4"
)

const pages = 64

// data are pages that both sides may write; untouched is for one case alone. Both have a page more, so that whole pages
// can be found in them which show nothing else.
var (
	data      [(1 + pages) * l4.PageSize]byte
	untouched [2 * l4.PageSize]byte
)

// page is the first word of page i of data.
func page(i int) *uint32 { return cases.WholePage(unsafe.Pointer(&data), i) }

// untouchedPage is the first word of the whole page in untouched.
func untouchedPage() *uint32 { return cases.WholePage(unsafe.Pointer(&untouched), 0) }

// copied is how many pages were copied while f ran. Whatever else the caller writes, its stack and the message, is
// warm: it has been written since the fork.
func copied(f func()) uint32 {
	figures()
	before := figures().Copied
	f()
	return figures().Copied - before
}

func copiesWrittenPages() string {
	for i := range pages {
		atomic.StoreUint32(page(i), uint32(i))
	}
	const written = 5
	status := family(func() uint32 {
		wrong := uint32(0)
		if n := copied(func() {
			for i := range pages {
				if atomic.LoadUint32(page(i)) != uint32(i) {
					wrong = 100
				}
			}
		}); n != 0 {
			return 1 // reading copies
		}
		if n := copied(func() {
			for range 2 {
				for i := range written {
					atomic.StoreUint32(page(i*7), 1000)
				}
			}
		}); n != written {
			return 2
		}
		return wrong
	})
	switch status {
	case 0:
	case 1:
		return "reading copies pages"
	case 2:
		return "not exactly the written pages are copied"
	default:
		return "the child reads something else"
	}
	for i := range pages {
		if atomic.LoadUint32(page(i)) != uint32(i) {
			return "the parent's pages changed"
		}
	}
	return ""
}

// lastSharerKeeps: once the child is gone its parent writes without copies.
func lastSharerKeeps() string {
	for i := range pages {
		atomic.StoreUint32(page(i), 1)
	}
	family(func() uint32 { return 0 })
	figures()
	before := figures()
	for i := range pages {
		atomic.StoreUint32(page(i), 2)
	}
	after := figures()
	switch {
	case after.Copied != before.Copied:
		return "pages are copied that nobody shares"
	case after.Kept-before.Kept != pages:
		return "the pages were not protected"
	case after.Used != before.Used:
		return "the parent's frames are not its own ones"
	}
	return ""
}

// untouchedPages: a page that nobody has touched before the fork is each side's own, and zero.
func untouchedPages() string {
	id := child(func() uint32 {
		atomic.AddUint32(untouchedPage(), 7)
		return atomic.LoadUint32(untouchedPage())
	})
	atomic.AddUint32(untouchedPage(), 3)
	got, status, _ := l4.WaitChild()
	if got != id || status != 7 || atomic.LoadUint32(untouchedPage()) != 3 {
		return "a page that was not there at the fork is shared"
	}
	return ""
}

// memoryReturned: after children that write everything the same frames are in use as before.
func memoryReturned() string {
	all := func() uint32 {
		for i := range pages {
			atomic.AddUint32(page(i), 1)
		}
		return 0
	}
	all()
	family(all) // whatever the first time needs: a deeper stack
	before := figures()
	for range 10 {
		if family(all) != 0 {
			return "a child fails"
		}
	}
	after := figures()
	switch {
	case after.Used != before.Used:
		return "frames are lost"
	case after.Copied-before.Copied < 10*pages:
		return "the children did not copy"
	}
	return ""
}

// refused makes children until there is no room for more, and ends them. The parent goes on as if nothing had been.
func refused() string {
	set(7)
	before := figures()
	var ids [64]l4.ThreadID
	n := 0
	var why l4.ForkError
	for n < len(ids) {
		id, err := l4.Fork()
		if why = err; err != l4.OK {
			break
		}
		if id == l4.NilThread {
			var m l4.Msg
			l4.Wait(&m, l4.Never)
			l4.Exit(value())
		}
		ids[n] = id
		n++
	}
	full := figures()
	var t l4.Text
	t.Str("fork ").Dec(uint64(n + 1)).Str(" refused: ").Str(why.Error())
	l4.PrintText(t.Str("; ").Dec(uint64(full.Promised)).Str(" of ").Dec(uint64(full.Frames)).Str(" frames promised").Line())
	for _, id := range ids[:n] {
		var m l4.Msg
		l4.Send(id, m.Start(0), l4.Never)
	}
	for range n {
		if _, status, ok := l4.WaitChild(); !ok || status != 7 {
			return "a child did not live through the shortage"
		}
	}
	after := figures()
	need := before.Promised / before.Processes // of each process
	switch {
	case n == 0 || why == l4.OK:
		return "no fork was refused, or every one"
	case why == l4.ForkMemory && full.Frames-full.Promised >= need:
		return "refused for memory that is there"
	case why == l4.ForkProcesses && full.Processes != uint32(n)+before.Processes:
		return "refused for processes that are not there"
	case after.Used > before.Used+1: // a page of the stack, perhaps
		return "frames are lost"
	case family(func() uint32 { return value() }) != 7:
		return "no fork afterwards"
	}
	return ""
}

// manyTimes: what a fork leaves behind in server or kernel would add up.
func manyTimes() string {
	family(func() uint32 { return 0 })
	before, start := figures(), l4.SystemClock()
	const times = 300
	for i := range uint32(times) {
		set(i)
		if family(func() uint32 { set(value() + 1); return value() }) != i+1 || value() != i {
			return "a child fails"
		}
	}
	us := (l4.SystemClock() - start) / times
	after := figures()
	var t l4.Text
	t.Str("a fork, a write on each side and an exit: ").Dec(us).Str(" us, ")
	t.Dec(uint64((after.Faults - before.Faults) / times)).Str(" page faults, ")
	l4.PrintText(t.Dec(uint64((after.Copied - before.Copied) / times)).Str(" pages copied").Line())
	if after.Used != before.Used {
		return "frames are lost"
	}
	return ""
}
