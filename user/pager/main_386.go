// Pager supplies every page that its client touches, one page for each page fault: the client's program from its ELF
// file, memory for its data, bss and stack, and the file that the user named, as read-only memory. With a limit it keeps
// only so many pages of that file mapped: it takes the oldest away again before it maps the next.
//
// The root task gives it its job and maps it the files of program and user, page by page, as it touches them.
package main

import (
	"pecan/user/frames"
	"pecan/user/image"
	"pecan/user/l4"
	"pecan/user/pager/resident"
)

// fileAddr is where the client sees the user's file.
const fileAddr = 0x10000000

var (
	root    l4.ThreadID
	client  l4.ThreadID
	program image.Program
	source  = memory{Source: frames.Source{Base: framesAddr, End: framesEnd}}
	file    l4.File // as this program sees it
	pages   uint32  // of the file
	kept    resident.Set
	done    l4.Statistics
)

func main() {
	l4.Connect()
	root = l4.Kernel().RootID()
	var m l4.Msg
	if err := l4.Call(root, m.Start(l4.RootWork), l4.Forever); err != l4.OK {
		fail("no answer from the root task: ", err.Error())
	}
	w, ok := m.Work()
	if !ok {
		fail("there is no client to serve", "")
	}
	prepareFile(&w.File)
	prepareClient(&w)
	l4.Serve(handle, l4.Never, nil)
}

// fail says why the pager cannot work, and ends it.
func fail(why, more string) {
	var t l4.Text
	l4.PrintText(t.Str("pager: ").Str(why).Str(more).Line())
	l4.Exit(1)
}

func prepareFile(f *l4.File) {
	file = *f
	if file.Present && file.Size > 0 {
		pages = (file.Addr%l4.PageSize + file.Size + l4.PageSize - 1) / l4.PageSize
	}
	kept.Init(pages, file.Limit)
}

// prepareClient reads the client's program, has a space made for it and starts it.
func prepareClient(w *l4.Work) {
	source.file, source.size = w.Program, w.ProgramSize
	im, err := image.Parse(source.File(0, min(w.ProgramSize, l4.PageSize)), w.ProgramSize)
	if err != image.OK {
		fail("the client's program ", err.Error())
	}
	program.Init(im, make([]uint32, im.Pages()))

	var m l4.Msg
	if err := l4.Call(root, m.Start(l4.RootClient), l4.Forever); err != l4.OK || m.Tag().Label() != l4.Reply {
		fail("the root task makes no space for the client", "")
	}
	client = l4.ThreadID(m.Word(1))
	if err := l4.SendStart(client, im.Entry, 0); err != l4.OK {
		fail("the client cannot be started: ", err.Error())
	}
}
