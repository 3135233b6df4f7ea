package roottask

import (
	"pecan/user/image"
	"pecan/user/l4"
	"pecan/user/root/boot"
)

// Headers makes the headers of the program in module m accessible and reads them. The module must end below top, and the
// program have at most mostPages pages from its first to its last. Why is "", or a phrase that follows the program's name.
func Headers(m *boot.Module, top, mostPages uint32) (im image.Image, why string) {
	head := min(m.Size, l4.PageSize)
	if uint64(m.Start)+uint64(m.Size) > uint64(top) || !Fetch(m.Start, head) {
		return im, "lies where sigma0 gives nothing"
	}
	im, err := image.Parse(Bytes(m.Start, head), m.Size)
	switch {
	case err != image.OK:
		return im, err.Error()
	case im.Pages() > mostPages:
		return im, "is too large"
	}
	return im, ""
}

// Repetition notices a page fault that comes again and again. The kernel does not say when it has no memory for a mapping:
// the thread then faults again at once.
type Repetition struct {
	last  l4.PageFault
	times uint32
}

// patience is how many times in a row the same page fault may come: a thread that takes its own page away sees a few.
const patience = 50

// NoKernelMemory says what a hopeless page fault means.
const NoKernelMemory = "the page does not stay, so the kernel has no memory for it"

// Hopeless takes note of page fault f, and reports whether it has come so often in a row that answering it is no use.
func (r *Repetition) Hopeless(f l4.PageFault) bool {
	if f != r.last {
		r.last, r.times = f, 0
	}
	r.times++
	return r.times >= patience
}

// Reset takes note that the thread has sent something else.
func (r *Repetition) Reset() { r.times = 0 }
