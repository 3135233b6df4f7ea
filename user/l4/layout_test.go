package l4

import (
	"testing"
	"unsafe"
)

func TestUTCBLayout(t *testing.T) { // abi 2.2
	var u UTCB
	for _, c := range []struct {
		name string
		at   uintptr
		want int
	}{
		{"MyGlobalID", unsafe.Offsetof(u.MyGlobalID), -60},
		{"Processor", unsafe.Offsetof(u.Processor), -56},
		{"UserDefinedHandle", unsafe.Offsetof(u.UserDefinedHandle), -52},
		{"Pager", unsafe.Offsetof(u.Pager), -48},
		{"ExceptionHandler", unsafe.Offsetof(u.ExceptionHandler), -44},
		{"PreemptFlags", unsafe.Offsetof(u.PreemptFlags), -40},
		{"ErrorCode", unsafe.Offsetof(u.ErrorCode), -36},
		{"XferTimeouts", unsafe.Offsetof(u.XferTimeouts), -32},
		{"IntendedReceiver", unsafe.Offsetof(u.IntendedReceiver), -28},
		{"VirtualSender", unsafe.Offsetof(u.VirtualSender), -24},
		{"ThreadWord1", unsafe.Offsetof(u.ThreadWord1), -20},
		{"ThreadWord0", unsafe.Offsetof(u.ThreadWord0), -16},
		{"g", unsafe.Offsetof(u.goroutineDescriptor), -4},
		{"MR0", unsafe.Offsetof(u.MR), 0},
	} {
		if got := int(c.at) - utcbReference; got != c.want {
			t.Errorf("%s at %d, want %d", c.name, got, c.want)
		}
	}
	words := (*[UTCBSize / 4]uint32)(unsafe.Pointer(&u))
	for i := range uint32(33) {
		u.SetBR(i, 100+i)
		if words[64-16-i] != 100+i || u.BR(i) != 100+i {
			t.Errorf("BR%d is not at %d", i, -64-4*int(i))
		}
	}
	u.SetAcceptor(AcceptAll | AcceptStrings)
	u.SetBuffer(StringItem{Addr: 0x1234, Length: 256})
	if u.BR(0) != 0x11 || u.BR(1) != 0x40000 || u.BR(2) != 0x1234 {
		t.Errorf("BR0 %#x, BR1 %#x, BR2 %#x", u.BR(0), u.BR(1), u.BR(2))
	}
}

func TestKIPLayout(t *testing.T) { // abi 3.2
	var k KIP
	for _, c := range []struct {
		name     string
		at, want uintptr
	}{
		{"KernDescPtr", unsafe.Offsetof(k.KernDescPtr), 0x0C},
		{"KdebugLow", unsafe.Offsetof(k.KdebugLow), 0x18},
		{"Sigma0", unsafe.Offsetof(k.Sigma0), 0x20},
		{"Sigma1", unsafe.Offsetof(k.Sigma1), 0x30},
		{"Root", unsafe.Offsetof(k.Root), 0x40},
		{"MemoryInfo", unsafe.Offsetof(k.MemoryInfo), 0x54},
		{"KdebugConfig", unsafe.Offsetof(k.KdebugConfig), 0x58},
		{"UTCBInfo", unsafe.Offsetof(k.UTCBInfo), 0xA8},
		{"KIPAreaInfo", unsafe.Offsetof(k.KIPAreaInfo), 0xAC},
		{"BootInfo", unsafe.Offsetof(k.BootInfo), 0xB8},
		{"ProcDescPtr", unsafe.Offsetof(k.ProcDescPtr), 0xBC},
		{"ThreadInfo", unsafe.Offsetof(k.ThreadInfo), 0xC4},
		{"PageInfo", unsafe.Offsetof(k.PageInfo), 0xC8},
		{"ProcessorInfo", unsafe.Offsetof(k.ProcessorInfo), 0xCC},
		{"Links", unsafe.Offsetof(k.Links), 0xD0},
	} {
		if c.at != c.want {
			t.Errorf("%s at %#x, want %#x", c.name, c.at, c.want)
		}
	}
	check(t, "magic", KIPMagic(), 0x4BE6344C)
}

func TestKIPFields(t *testing.T) { // abi 3.2, 3.4, 3.5, 3.7
	var page struct {
		KIP
		rest [PageSize - 0x120]byte
	}
	k := &page.KIP
	at := func(offset int) *uint32 { return (*uint32)(unsafe.Add(unsafe.Pointer(k), offset)) }
	k.UTCBInfo, k.KIPAreaInfo, k.ThreadInfo = 0x000C2401, 0x0000000C, 0x03001011
	k.PageInfo, k.ProcessorInfo, k.ProcDescPtr = 0x00401006, 0x40000000, 0x120
	k.KernDescPtr = 0x200
	k.MemoryInfo = 0x400<<16 | 3
	*at(0x124) = 2_500_000
	copy(page.rest[0x210-0x120:], "Pecan test\x00")
	for i, d := range []MemoryDescriptor{{0x00100001, 0x07FFFC00}, {0x00000201, 0xBFFFFC00}, {0x0002002E, 0x0002FC00}} {
		*at(0x400 + 8*i), *at(0x404 + 8*i) = d[0], d[1]
	}

	if k.SystemBase() != 16 || k.UserBase() != 48 || k.ThreadBits() != 17 {
		t.Errorf("system base %d, user base %d, %d bits", k.SystemBase(), k.UserBase(), k.ThreadBits())
	}
	check(t, "sigma0", k.Sigma0ID(), 0x000C0001)
	check(t, "sigma1", k.Sigma1ID(), 0x000C4001)
	check(t, "root", k.RootID(), 0x000C8001)
	check(t, "page sizes", k.PageSizes(), 1<<22|1<<12)
	if k.UTCBAreaLog2() != 12 || k.KIPAreaLog2() != 12 || k.Processors() != 1 || k.ProcessorMHz(0) != 2500 {
		t.Errorf("areas %d and %d, %d processors of %d MHz", k.UTCBAreaLog2(), k.KIPAreaLog2(), k.Processors(), k.ProcessorMHz(0))
	}
	if k.Version() != "Pecan test" {
		t.Errorf("version %q", k.Version())
	}
	d := k.MemoryDescriptors()
	if len(d) != 3 {
		t.Fatalf("%d descriptors", len(d))
	}
	if d[0].Type() != Conventional || d[0].Virtual() || d[0].Low() != 0x100000 || d[0].High() != 0x07FFFFFF {
		t.Errorf("descriptor 0: %#x", d[0])
	}
	if d[1].Type() != Conventional || !d[1].Virtual() || d[1].High() != 0xBFFFFFFF {
		t.Errorf("descriptor 1: %#x", d[1])
	}
	if d[2].Type() != InitialServer || d[2].Type().Class() != BootLoader || d[2].High() != 0x2FFFF {
		t.Errorf("descriptor 2: %#x", d[2])
	}
}
