package ia32

// Bits of CPUID leaf 1 EDX.
const (
	featureFPU    = 1 << 0
	featureFXSAVE = 1 << 24
	featureSSE    = 1 << 25
)

// Bits of CR0 and CR4.
const (
	cr0PE = 1 << 0
	cr0MP = 1 << 1 // WAIT obeys TS
	cr0EM = 1 << 2 // there is no FPU
	cr0TS = 1 << 3 // the FPU's registers are not the running thread's
	cr0ET = 1 << 4
	cr0NE = 1 << 5 // x87 errors are vector 16
	cr0WP = 1 << 16
	cr0PG = 1 << 31

	cr4PSE        = 1 << 4
	cr4MCE        = 1 << 6
	cr4PGE        = 1 << 7
	cr4OSFXSR     = 1 << 9
	cr4OSXMMEXCPT = 1 << 10
)

// fxsave: the FPU is saved by FXSAVE, else by FNSAVE. noFPU: there is none.
var fxsave, noFPU bool

// setControl sets CR0 and CR4 to what the kernel wants on a processor with these features; whatever else a loader set goes.
func setControl(features uint32) {
	cr0 := uint32(cr0PG | cr0WP | cr0NE | cr0ET | cr0TS | cr0MP | cr0PE)
	cr4 := uint32(cr4PSE | cr4PGE)
	if features&featureMCE != 0 {
		cr4 |= cr4MCE
	}
	noFPU = features&featureFPU == 0
	fxsave = !noFPU && features&featureFXSAVE != 0
	switch {
	case noFPU:
		cr0 = cr0&^cr0MP | cr0EM
	case fxsave:
		cr4 |= cr4OSFXSR
		if features&featureSSE != 0 {
			cr4 |= cr4OSXMMEXCPT
		}
	}
	controlWhenOff = cr0
	writeCR4(cr4)
	writeCR0(cr0)
}

// controlWhenOff is CR0 with TS.
var controlWhenOff uint32

func writeCR0(v uint32)
func writeCR4(v uint32)
func readCR0() uint32
func clearTS()
func saveFX(area uint32)
func loadFX(area uint32)
func saveOld(area uint32)
func loadOld(area uint32)

// HasFPU reports whether the processor has an FPU.
func HasFPU() bool { return !noFPU }

// FPUOn lets the user reach the FPU's registers; FPUOff lets its next FPU instruction trap instead.
func FPUOn()  { clearTS() }
func FPUOff() { writeCR0(controlWhenOff) }

// FPUIsOn reports which of the two was last.
func FPUIsOn() bool { return readCR0()&cr0TS == 0 }

// SaveFPU stores the registers in the area at addr. What they hold then is undefined. Precondition of this and LoadFPU: on.
func SaveFPU(addr uint32) {
	if fxsave {
		saveFX(addr)
	} else {
		saveOld(addr)
	}
}

// LoadFPU loads all of the FPU's state from the area at addr.
func LoadFPU(addr uint32) {
	if fxsave {
		loadFX(addr)
	} else {
		loadOld(addr)
	}
}
