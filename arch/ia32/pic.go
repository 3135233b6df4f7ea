package ia32

// The two cascaded 8259 interrupt controllers, lines 0 to 15 at vectors VecIRQ and up.

const (
	pic1, pic2 = 0x20, 0xA0
	// Lines is the number of interrupt lines, SystemBase of the KIP.
	Lines = 16
	// LineCascade joins the controllers; it cannot be had by users.
	LineCascade = 2
)

// InitPIC programs both controllers and masks every line but the cascade.
func InitPIC() {
	Out8(pic1, 0x11)
	Out8(pic2, 0x11)
	Out8(pic1+1, VecIRQ)
	Out8(pic2+1, VecIRQ+8)
	Out8(pic1+1, 1<<LineCascade)
	Out8(pic2+1, LineCascade)
	Out8(pic1+1, 1)
	Out8(pic2+1, 1)
	Out8(pic1+1, 0xFF&^(1<<LineCascade))
	Out8(pic2+1, 0xFF)
}

// MaskLine and UnmaskLine stop and allow one line.
func MaskLine(line uint32) {
	port := maskPort(line)
	Out8(port, In8(port)|1<<(line&7))
}

// UnmaskLine allows one line; a latched edge is delivered at once.
func UnmaskLine(line uint32) {
	port := maskPort(line)
	Out8(port, In8(port)&^(1<<(line&7)))
}

// AckLine tells the controllers that the interrupt was taken.
func AckLine(line uint32) {
	if line >= 8 {
		Out8(pic2, 0x20)
	}
	Out8(pic1, 0x20)
}

// Spurious reports whether a line 7 or 15 interrupt has no request behind it; line 15 then still
// needs the acknowledgement of the first controller, which Spurious gives.
func Spurious(line uint32) bool {
	switch line {
	case 7:
		Out8(pic1, 0x0B)
		return In8(pic1)&0x80 == 0
	case 15:
		Out8(pic2, 0x0B)
		if In8(pic2)&0x80 == 0 {
			Out8(pic1, 0x20)
			return true
		}
	}
	return false
}

func maskPort(line uint32) uint32 {
	if line >= 8 {
		return pic2 + 1
	}
	return pic1 + 1
}
