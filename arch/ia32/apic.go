package ia32

// The local APIC: acknowledgement of interrupts, the one-shot timer, interrupts to itself.

// Registers, as offsets into its page.
const (
	apicID       = 0x20
	apicVersion  = 0x30
	apicPriority = 0x80
	apicEOI      = 0xB0
	apicSpurious = 0xF0
	apicCommand  = 0x300
	apicTimer    = 0x320 // local vector table
	apicCounters = 0x340
	apicInput0   = 0x350
	apicInput1   = 0x360
	apicError    = 0x370
	apicInitial  = 0x380
	apicCurrent  = 0x390
	apicDivide   = 0x3E0
)

const (
	lvtMasked  = 1 << 16
	lvtNMI     = 4 << 8
	apicEnable = 1 << 8  // in apicSpurious
	toSelf     = 1 << 18 // in apicCommand
	divideBy1  = 0xB
)

func readAPIC(reg uint32) uint32         { return readDevice(DeviceArea + reg) }
func writeAPIC(reg, value uint32)        { writeDevice(DeviceArea+reg, value) }
func ackAPIC()                           { writeAPIC(apicEOI, 0) }
func missing(register uint32) bool       { return register == 0 || register == ^uint32(0) }
func sendAgain(vector uint32)            { writeAPIC(apicCommand, toSelf|vector) }
func maxLVT(version uint32) (max uint32) { return version >> 16 & 0xFF }

// initAPIC finds out whether the APICs that w describes are usable. If so it takes over from the 8259s, every pin masked.
func initAPIC(w *Wiring) bool {
	phys, ok := localAPIC()
	if !ok {
		return false
	}
	mapDevice(0, phys)
	version := readAPIC(apicVersion)
	if missing(version) || !findPins(w) {
		return false
	}
	Out8(pic1+1, 0xFF)
	Out8(pic2+1, 0xFF)
	if w.IMCR {
		Out8(0x22, 0x70)
		Out8(0x23, 1) // interrupts and NMI come through the APICs, no longer straight from the 8259s
	}
	writeAPIC(apicPriority, 0)
	writeAPIC(apicSpurious, apicEnable|VecSpurious)
	writeAPIC(apicTimer, lvtMasked|VecTimer)
	writeAPIC(apicDivide, divideBy1)
	if maxLVT(version) >= 4 {
		writeAPIC(apicCounters, lvtMasked)
	}
	if maxLVT(version) >= 3 {
		writeAPIC(apicError, lvtMasked)
	}
	input := [2]uint32{lvtMasked, lvtMasked}
	input[w.NMI&1] = lvtNMI
	writeAPIC(apicInput0, input[0])
	writeAPIC(apicInput1, input[1])
	for range 16 {
		ackAPIC() // what a loader may have left in service
	}
	w.programPins(readAPIC(apicID) >> 24)
	return true
}
