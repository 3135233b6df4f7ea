//go:build !386

package kernel

import (
	"math/big"
	"math/rand"
	"testing"

	"pecan/arch/ia32"
)

// The examples of abi 1.7.
func TestTimeExamples(t *testing.T) {
	initClock(1000000)
	const now = 7_000_000_000
	for _, x := range []struct {
		raw uint32
		us  uint64
	}{
		{0x0001, 1}, {0x01F4, 500}, {0x03E8, 1000}, {0x1271, 10000}, {0x27D0, 499712},
		{0x2BD0, 999424}, {0x3662, 4997120}, {0x3F93, 29982720}, {0x7FFF, 1023 << 31},
	} {
		if got := deadlineOf(x.raw, now); got != now+cyclesOf(x.us) || got-now < x.us*1000 {
			t.Errorf("%#x: %d cycles, want %d us", x.raw, got-now, x.us)
		}
	}
	if deadlineOf(0, now) != noDeadline {
		t.Error("0 is not for ever")
	}
	for _, zero := range []uint32{0x0400, 0x0800, 0x7C00} {
		if !isZeroTime(zero) || deadlineOf(zero, now) != now {
			t.Errorf("%#x is not zero", zero)
		}
	}
	for _, other := range []uint32{0, 1, 0x8000, 0x8400} {
		if isZeroTime(other) {
			t.Errorf("%#x is zero", other)
		}
	}
}

// A point in time, the example of abi 1.7: never early, and not more than 2 us late.
func TestPointExample(t *testing.T) {
	initClock(1000000)
	now := uint64(5_000_000_000) // 5 s
	got := deadlineOf(0xACCB, now)
	if got < 5_020_000_000 || got > 5_020_002_000 {
		t.Errorf("the point is at TSC %d", got)
	}
	if late := deadlineOf(0xACCB, 5_030_000_000); late != 5_030_000_000 {
		t.Errorf("a point that has passed is at %d", late)
	}
}

// Every representable point decodes to the time it was made for.
func TestPointsRandom(t *testing.T) {
	initClock(2000)
	r := rand.New(rand.NewSource(2))
	for i := 0; i < 100000; i++ {
		now := uint64(r.Int63n(1 << 50))
		e := uint32(r.Intn(16))
		clock := microseconds(now)
		target := (clock>>e + 1 + uint64(r.Intn(1022))) << e
		raw := 0x8000 | e<<11 | uint32(target>>(e+10)&1)<<10 | uint32(target>>e)&0x3FF
		got := deadlineOf(raw, now)
		if want := now + cyclesOf(target-clock); got != want {
			t.Fatalf("clock %d, point %d (%#x): deadline %d, want %d", clock, target, raw, got, want)
		}
	}
}

func TestTimeOf(t *testing.T) {
	for us := uint64(0); us < 1<<42; us = us*9/8 + 1 {
		raw := timeOf(us)
		v := uint64(raw&0x3FF) << (raw >> 10)
		if us == 0 {
			if !isZeroTime(raw) {
				t.Error("0 is not zero")
			}
		} else if raw == 0 || v > us || us-v > us/512 {
			t.Errorf("%d us becomes %#x, %d us", us, raw, v)
		}
	}
}

// stubClock is what the SystemClock stub (boot/kip.S) computes, instruction by instruction.
func stubClock(tsc uint64, multiplier, shift uint32) uint64 {
	high, low := uint32(tsc>>32), uint32(tsc)
	carry := uint64(low) * uint64(multiplier) >> 32
	product := uint64(high) * uint64(multiplier)
	return (product + carry) >> shift
}

// The clock is the stub's, never goes back, and is exact to a millionth for every frequency.
func TestClockScale(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	for i := 0; i < 3000; i++ {
		kHz := 2000 + uint32(r.Int63n(10_000_000))
		if i < 100 {
			kHz = [...]uint32{2000, 2001, 4000, 8000, 16000, 32000, 1000000, 2400000, 4194304, 8000000}[i%10]
		}
		initClock(kHz)
		for k := 0; k < 20; k++ {
			tsc := uint64(r.Int63()) >> r.Intn(50)
			got := microseconds(tsc)
			if got != stubClock(tsc, clock.multiplier, clock.shift) {
				t.Fatalf("kHz %d TSC %d: kernel and stub disagree", kHz, tsc)
			}
			exact := new(big.Int).Mul(new(big.Int).SetUint64(tsc), big.NewInt(1000))
			exact.Div(exact, big.NewInt(int64(kHz)))
			want := exact.Uint64()
			if got > want || want-got > want/1_000_000+1 {
				t.Fatalf("kHz %d TSC %d: %d us, exact %d", kHz, tsc, got, want)
			}
			if microseconds(tsc+1) < got {
				t.Fatalf("kHz %d TSC %d: the clock goes back", kHz, tsc)
			}
		}
	}
}

// The timer is armed for the deadline or, for far ones, for as long as it can: at most a few millionths too early, which costs an
// interrupt that arms it again, and at most two timer ticks late.
func TestArmTimer(t *testing.T) {
	r := rand.New(rand.NewSource(4))
	powerOn(testMemory)
	for i := 0; i < 50000; i++ {
		kHz := 2000 + uint32(r.Int63n(8_000_000))
		cpu.armed = 0
		ia32.Machine.KHz = kHz
		initClock(kHz)
		initTimer(uint32(uint64(ia32.TimerHz)<<32/(uint64(kHz)*1000)), 0xFFFF)
		now := uint64(r.Int63n(1 << 40))
		ia32.Machine.TSC = now
		after := uint64(r.Int63()) >> (20 + r.Intn(43))
		armFor(now+after, now)
		at := ia32.Machine.TimerAt()
		tick := uint64(kHz)*1000/ia32.TimerHz + 1
		if after <= clock.timerReach && (at < now+after-after/500_000 || at > now+after+2*tick) {
			t.Fatalf("kHz %d: armed %d cycles ahead, want %d", kHz, at-now, after)
		}
		if after > clock.timerReach && (at > now+after || at < now+clock.timerReach-2*tick) {
			t.Fatalf("kHz %d: armed %d cycles ahead for %d", kHz, at-now, after)
		}
	}
}
