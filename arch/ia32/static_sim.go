//go:build !386

package ia32

// Static areas of the simulated kernel image: a page each from physical 1 MiB on.
const (
	imageBase   = 1 << 20
	textPages   = 8
	staticPages = staticCount + 8
)

// staticAddr returns the kernel address of a static area. Text and read-only data come first, the KIP between them and
// the rest; the stacks have two pages.
func staticAddr(index uint32) uint32 {
	const base = Window + imageBase
	switch index {
	case staticTextStart:
		return base
	case staticRodataEnd:
		return base + textPages*PageSize
	case staticKernelEnd:
		return base + (textPages+staticPages)*PageSize
	case staticStackEnd:
		return staticAddr(staticStack) + StackSize
	case staticFaultStackTop:
		return base + (textPages+staticPages)*PageSize
	case staticStack:
		return base + (textPages+staticCount)*PageSize
	}
	return base + (textPages+index)*PageSize
}
