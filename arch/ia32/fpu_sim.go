//go:build !386

package ia32

// The simulated FPU is FPUArea bytes that FXSAVE and FXRSTOR would move. Tests read and write them as user programs would:
// when On.

// FPU is the state of the simulated FPU.
type FPU struct {
	Registers [FPUArea]byte
	On        bool // CR0.TS is clear
	Absent    bool // the processor has none
	Saves     uint64
	Loads     uint64
}

const fxsave = true

func HasFPU() bool { return !Machine.FPU.Absent }

// FPUOn lets the user reach the FPU's registers; FPUOff lets its next FPU instruction trap instead.
func FPUOn()  { Machine.FPU.On = true }
func FPUOff() { Machine.FPU.On = false }

func FPUIsOn() bool { return Machine.FPU.On }

// SaveFPU stores the registers in the area at addr and, like FNSAVE, leaves something else in them.
func SaveFPU(addr uint32) {
	f := f("SaveFPU")
	f.Saves++
	copy(bytesAt(addr, FPUArea), f.Registers[:])
	for i := range f.Registers {
		f.Registers[i] = 0xEE
	}
}

// LoadFPU loads all of the FPU's state from the area at addr.
func LoadFPU(addr uint32) {
	f := f("LoadFPU")
	f.Loads++
	copy(f.Registers[:], bytesAt(addr, FPUArea))
}

// f is the FPU, which must be on for an instruction of the kernel's.
func f(what string) *FPU {
	if f := &Machine.FPU; f.On {
		return f
	}
	panic(Fault{what + " with CR0.TS set", 0})
}
