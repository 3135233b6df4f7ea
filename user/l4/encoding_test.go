package l4

import "testing"

// check compares words in hexadecimal.
func check[T ~uint32 | ~uint16](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %#08x, want %#08x", what, got, want)
	}
}

func TestThreadID(t *testing.T) { // abi 1.1 to 1.3
	check(t, "sigma0", Global(48, 1), 0x000C0001)
	check(t, "root", Global(50, 1), 0x000C8001)
	check(t, "thread 51 version 2", Global(51, 2), 0x000CC002)
	check(t, "interrupt 3", Interrupt(3), 0x0000C001)
	check(t, "largest", Global(0x3FFFF, 0x3FFF), AnyThread)
	id := Global(51, 2)
	if id.Number() != 51 || id.Version() != 2 {
		t.Errorf("number %d, version %d", id.Number(), id.Version())
	}
	for _, c := range []struct {
		id                 ThreadID
		nil_, local, globl bool
	}{
		{NilThread, true, false, false},
		{AnyThread, false, false, false},
		{AnyLocalThread, false, true, false},
		{0xBF000100, false, true, false},
		{0xBF000300, false, true, false},
		{id, false, false, true},
	} {
		if c.id.IsNil() != c.nil_ || c.id.IsLocal() != c.local || c.id.IsGlobal() != c.globl {
			t.Errorf("%#x: nil %v, local %v, global %v", uint32(c.id), c.id.IsNil(), c.id.IsLocal(), c.id.IsGlobal())
		}
	}
	check(t, "local ID", UTCBLocation(0xBF000200).LocalID(), 0xBF000300)
}

func TestFpage(t *testing.T) { // abi 1.5
	check(t, "4 MiB rwx", NewFpage(0x00400000, 22, RWX), 0x00400167)
	check(t, "4 KiB rw-", NewFpage(0x00100000, 12, RW), 0x001000C6)
	check(t, "UTCB area", NewFpage(0xBF000000, 17, 0), 0xBF000110)
	check(t, "KIP area", NewFpage(0xBFF00000, 12, 0), 0xBFF000C0)
	check(t, "complete rwx", Complete.With(RWX), 0x00000017)
	check(t, "reply example", PageAt(0x00500004, RWX), 0x005000C7)
	check(t, "masked base", NewFpage(0x00412345, 22, RWX), 0x00400167)
	check(t, "any page", AnyPage(22), 0xFFFFFD60)

	p := Fpage(0x00412C00 | 22<<4 | 7 | 8) // stray base bits and bit 3
	check(t, "base", p.Base(), 0x00400000)
	if p.Log2() != 22 || p.Size() != 1<<22 || p.Rights() != RWX {
		t.Errorf("log2 %d, size %#x, rights %d", p.Log2(), p.Size(), p.Rights())
	}
	c := Complete.With(RX)
	if !c.IsComplete() || c.Size() != 1<<32 || c.Base() != 0 || c.IsIO() {
		t.Errorf("complete: size %#x, base %#x", c.Size(), c.Base())
	}
	if !NilPage.IsNil() || NilPage.Size() != 0 {
		t.Error("nil page is not nil")
	}
}

func TestIOFpage(t *testing.T) { // abi 1.5.1
	check(t, "COM1", NewIOFpage(0x3F8, 3, 0), 0x03F80C20)
	check(t, "COM1 rw", NewIOFpage(0x3F8, 3, RW), 0x03F80C26)
	check(t, "one port", NewIOFpage(0x60, 0, RW), 0x00600026)
	check(t, "all ports", NewIOFpage(0, 16, 0), 0x00004020)
	p := NewIOFpage(0x3FD, 3, 0)
	if p.Port() != 0x3F8 || p.Ports() != 8 || !p.Fpage().IsIO() {
		t.Errorf("port %#x, %d ports", p.Port(), p.Ports())
	}
}

func TestLargestCoversRanges(t *testing.T) {
	for _, r := range [][2]uint32{{0x1000, 0x2000}, {0x3000, 0x9000}, {0x123000, 0xABC000}, {0xFFFFF000, 0}, {0, 0}, {0, 0x7000}, {0x80000000, 0}} {
		at, left := r[0], uint64(r[1]-r[0])
		if left == 0 {
			left = 1 << 32
		}
		for left > 0 {
			p := Largest(at, r[1], RX)
			if p.Base() != at || p.Size() > left || p.Rights() != RX || p.Log2() < Page {
				t.Fatalf("%#x: at %#x: base %#x size %#x", r, at, p.Base(), p.Size())
			}
			left -= p.Size()
			at += uint32(p.Size())
		}
		if at != r[1] {
			t.Errorf("%#x: ended at %#x", r, at)
		}
	}
}

func TestTime(t *testing.T) { // abi 1.7
	for _, c := range []struct {
		us    uint64
		want  Time
		exact uint64
	}{
		{1, 0x0001, 1},
		{500, 0x01F4, 500},
		{1000, 0x03E8, 1000},
		{10_000, 0x1271, 10_000},
		{500_000, 0x27D0, 499_712},
		{1_000_000, 0x2BD0, 999_424},
		{5_000_000, 0x3662, 4_997_120},
		{30_000_000, 0x3F93, 29_982_720},
		{Longest, 31<<10 | 1023, Longest},
	} {
		got := Microseconds(c.us)
		check(t, "period", got, c.want)
		if us, ok := got.Period(); !ok || us != c.exact {
			t.Errorf("%d us: %d, %v", c.us, us, ok)
		}
	}
	check(t, "zero", Microseconds(0), Zero)
	check(t, "too long", Microseconds(Longest+1), Never)
	check(t, "milliseconds", Milliseconds(500), 0x27D0)
	check(t, "milliseconds, no overflow", Milliseconds(1<<63), Never)
	check(t, "timeouts", NewTimeouts(Zero, Never), 0x04000000)
	if x := NewTimeouts(7, 9); x.Send() != 7 || x.Receive() != 9 {
		t.Errorf("send %d, receive %d", x.Send(), x.Receive())
	}
}

func TestTimePoint(t *testing.T) { // abi 1.7
	check(t, "example", Point(5_000_000, 5_020_000), 0xACCB)
	if at := Time(0xACCB).At(5_000_000); at != 5_020_000 {
		t.Errorf("example decodes to %d", at)
	}
	check(t, "past", Point(10, 9), Zero)
	check(t, "far", Point(0, 1<<26), Never)
	for now := uint64(1); now < 1<<50; now = now*3 + 7 {
		for d := uint64(1); d < 1023<<15; d = d*2 + 1 {
			p := Point(now, now+d)
			at := p.At(now)
			if !p.IsPoint() || at > now+d || now+d-at > d/256 {
				t.Fatalf("now %d, distance %d: %#x is %d", now, d, p, at)
			}
		}
	}
}

func TestMsgTag(t *testing.T) { // abi 1.9
	check(t, "u=3 t=2", NewTag(0, 3, 2), 0x00000083)
	check(t, "with label", NewTag(0x1234, 3, 2), 0x12340083)
	check(t, "error", Failed, 0x00008000)
	check(t, "page fault", NewTag(PageFaultProtocol.Label(2), 2, 0), 0xFFE20002)
	check(t, "I/O fault", NewTag(IOFaultProtocol.Label(6), 2, 0), 0xFF860002)
	check(t, "exception", NewTag(ExceptionProtocol.Label(0), 12, 0), 0xFFB0000C)
	check(t, "interrupt", NewTag(InterruptProtocol.Label(0), 0, 0), 0xFFF00000)
	x := MsgTag(0x12340083) | Failed | Propagate
	if x.Label() != 0x1234 || x.Untyped() != 3 || x.Typed() != 2 || !x.Failed() || !x.Propagated() {
		t.Errorf("%#x decodes wrongly", uint32(x))
	}
}

func TestItems(t *testing.T) { // abi 1.11, 1.12, 6.2
	w0, w1 := MapItem{0x400000, NewFpage(0x400000, 22, RWX)}.Words()
	check(t, "map item", w0, 0x00400008)
	check(t, "its fpage", w1, 0x00400167)
	w0, _ = GrantItem{0x400000, NilPage}.Words()
	check(t, "grant item", w0, 0x0040000A)
	w0, w1 = MapItem{}.Words()
	check(t, "nil item", w0, 8)
	check(t, "nil item's fpage", w1, 0)
	check(t, "256 bytes", StringHeader(256, 1, false), 0x00040000)
	check(t, "4 of 64", StringHeader(64, 4, false), 0x00010030)
	check(t, "4 of 32, compound", StringHeader(32, 4, true), 0x00008230)
	check(t, "accept all", AcceptAll, 0x10)
	check(t, "window", Window(NewFpage(0x00400000, 22, RWX))|AcceptStrings, 0x00400161)
	if a := Window(Complete) | AcceptStrings; !a.Strings() || !a.Fpage().IsComplete() {
		t.Errorf("acceptor %#x", uint32(a))
	}
}

func TestErrors(t *testing.T) { // abi 1.10
	for _, c := range []struct {
		raw     IPCError
		receive bool
		code    IPCCode
		offset  uint32
	}{
		{0x00000002, false, Timeout, 0}, {0x00000003, true, Timeout, 0},
		{0x00000004, false, NoPartner, 0}, {0x00000005, true, NoPartner, 0},
		{0x00000006, false, Cancelled, 0}, {0x00000007, true, Cancelled, 0},
		{0x00000808, false, Overflow, 128}, {0x00000809, true, Overflow, 128},
		{0x0001000A, false, OwnXferTimeout, 4096}, {0x0001000D, true, PeerXferTimeout, 4096},
		{0x0001000E, false, Aborted, 4096},
	} {
		if c.raw.Receiving() != c.receive || c.raw.Code() != c.code || c.raw.Offset() != c.offset {
			t.Errorf("%#x: receive %v, code %d, offset %d", uint32(c.raw), c.raw.Receiving(), c.raw.Code(), c.raw.Offset())
		}
	}
	seen := map[string]bool{}
	for e := range CallError(9) {
		seen[e.Error()] = true
	}
	for c := range IPCError(8) {
		seen[(c << 1).Error()] = true
	}
	if len(seen) != 16 { // "success" is both
		t.Errorf("%d different error texts", len(seen))
	}
	var _, _ error = IPCError(2), ErrThread
}
