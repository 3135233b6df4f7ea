// Package cases is what programs have in common that test themselves: they run under a server and print the lines of a
// test image (docs/structure.md) on their console.
package cases

import (
	"unsafe"

	"pecan/user/l4"
)

// Case is one case: Run returns what is wrong, or "".
type Case struct {
	Name string
	Run  func() string
}

// Run runs the cases, each through around (which calls it, and may find something wrong as well), and ends the program.
func Run(list []Case, around func(run func() string) string) {
	failed := uint32(0)
	var t l4.Text
	for _, c := range list {
		l4.PrintText(t.Reset().Str("case ").Str(c.Name).Str(" start").Line())
		why := around(c.Run)
		t.Reset().Str("case ").Str(c.Name)
		if why == "" {
			t.Str(" pass")
		} else {
			t.Str(" fail: ").Str(why)
			failed = 1
		}
		l4.PrintText(t.Line())
	}
	l4.PrintText(t.Reset().Str("cases done: ").Dec(uint64(len(list))).Line())
	l4.Exit(failed)
}

// WholePage is the first word of the i-th page that begins at or behind p: pages of a variable that is a page longer
// show nothing but this variable.
func WholePage(p unsafe.Pointer, i int) *uint32 {
	return (*uint32)(unsafe.Add(p, int(-uintptr(p)%l4.PageSize)+i*l4.PageSize))
}
