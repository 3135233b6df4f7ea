//go:build !pecan_kernel

package runtime

import "unsafe"

// mainStackSize is the stack of a program's first thread.
const mainStackSize = 64 << 10

var (
	mainStack [mainStackSize]byte
	mainG     g
	panicG    g // of the thread that reports a panic; its zero stackguard0 switches the checks off
)

// exit is the hook that ends the program when main.main has returned. user/l4 defines it.
func exit()

//go:linkname mainMain main.main
func mainMain()

func callTask(pc uintptr)

// start runs the packages' initialisers, in the order that the linker found, and then the program.
func start() {
	fillStatic()
	for _, t := range firstmoduledata.inittasks {
		for i := range uintptr(t.nfns) {
			callTask(*(*uintptr)(unsafe.Add(unsafe.Pointer(t), unsafe.Sizeof(*t)+4*i)))
		}
	}
	mainMain()
	exit()
}
