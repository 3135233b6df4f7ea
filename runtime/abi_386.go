package runtime

import "unsafe"

// Type descriptors and interface tables as the compiler writes them: those fields that this runtime reads. They
// repeat internal/abi, which no module but Go's own may import; the builder adds a file to this package
// (tools/mk/contact.go) that does not compile where the two differ.

// _type describes a type.
type _type struct {
	size       uintptr
	ptrBytes   uintptr
	hash       uint32
	tflag      uint8
	align      uint8
	fieldAlign uint8
	kind       uint8
	equal      func(a, b unsafe.Pointer) bool // nil if the type has no ==
	gcData     *byte
	str        int32 // offset of the name
	ptrToThis  int32
}

const (
	tflagUncommon      = 1 << 0 // followed by an uncommonType
	tflagExtraStar     = 1 << 1 // str has a * too many in front
	tflagRegularMemory = 1 << 3 // equal as memory is equal
	tflagDirectIface   = 1 << 5 // the data word of an interface is the value itself
)

const (
	kindBool       = 1
	kindInt        = 2
	kindInt64      = 6
	kindUint       = 7
	kindUintptr    = 12
	kindFloat32    = 13
	kindFloat64    = 14
	kindComplex64  = 15
	kindComplex128 = 16
	kindArray      = 17
	kindChan       = 18
	kindFunc       = 19
	kindInterface  = 20
	kindMap        = 21
	kindPointer    = 22
	kindSlice      = 23
	kindString     = 24
	kindStruct     = 25
)

type interfaceType struct {
	_type
	pkgPath name
	methods []imethod // sorted by name
}

type imethod struct {
	name int32
	typ  int32
}

type arrayType struct {
	_type
	elem  *_type
	slice *_type
	len   uintptr
}

type structType struct {
	_type
	pkgPath name
	fields  []structField
}

type structField struct {
	name   name
	typ    *_type
	offset uintptr
}

// uncommonType follows the descriptor of a type with methods.
type uncommonType struct {
	pkgPath int32
	mcount  uint16
	xcount  uint16
	moff    uint32 // from here to the methods
	_       uint32
}

type method struct {
	name int32
	mtyp int32
	ifn  int32 // offset of the code that an interface calls
	tfn  int32
}

type itab struct {
	inter *interfaceType
	typ   *_type
	hash  uint32
	fun   [1]uintptr // one for each method of inter
}

type typeAssertion struct {
	cache   unsafe.Pointer
	inter   *interfaceType
	canFail bool
}

type interfaceCases struct {
	cache  unsafe.Pointer
	nCases int
	cases  [1]*interfaceType
}

// name is a flag byte, a length, and the text; then, as the flags say, a tag (length and text), and the offset of the
// path of the package that an unexported name belongs to.
type name struct{ bytes *byte }

const (
	nameExported = 1 << 0
	nameTag      = 1 << 1
	namePackage  = 1 << 2
)

func (n name) exported() bool { return *n.bytes&nameExported != 0 }

// text returns the text, without the length.
func (n name) text() string {
	if n.bytes == nil {
		return ""
	}
	s, _ := n.part(1)
	return s
}

// part returns the text at an offset, and the offset behind it.
func (n name) part(at uintptr) (string, uintptr) {
	length, shift := uintptr(0), uint(0)
	for {
		b := *(*byte)(unsafe.Add(unsafe.Pointer(n.bytes), at))
		at++
		length |= uintptr(b&0x7F) << shift
		if b < 0x80 {
			break
		}
		shift += 7
	}
	return unsafe.String((*byte)(unsafe.Add(unsafe.Pointer(n.bytes), at)), int(length)), at + length
}

// nameAt returns the name that a descriptor holds as an offset.
func nameAt(offset int32) name {
	return name{(*byte)(unsafe.Add(nil, firstmoduledata.types+uintptr(offset)))}
}

// typeString returns a type as written in Go.
func typeString(t *_type) string {
	s := nameAt(t.str).text()
	if t.tflag&tflagExtraStar != 0 {
		s = s[1:]
	}
	return s
}
