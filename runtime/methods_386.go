//go:build !pecan_kernel

package runtime

import "unsafe"

// Sizes of the descriptors of each kind; an uncommonType comes behind.
const (
	pointerTypeSize = unsafe.Sizeof(_type{}) + 4
	funcTypeSize    = unsafe.Sizeof(_type{}) + 4
	sliceTypeSize   = unsafe.Sizeof(_type{}) + 4
	chanTypeSize    = unsafe.Sizeof(_type{}) + 8
	mapTypeSize     = unsafe.Sizeof(_type{}) + 32
)

// uncommon returns what a descriptor says about methods; nil if the type has none.
func (t *_type) uncommon() *uncommonType {
	if t.tflag&tflagUncommon == 0 {
		return nil
	}
	size := unsafe.Sizeof(*t)
	switch t.kind {
	case kindStruct:
		size = unsafe.Sizeof(structType{})
	case kindPointer:
		size = pointerTypeSize
	case kindFunc:
		size = funcTypeSize
	case kindSlice:
		size = sliceTypeSize
	case kindArray:
		size = unsafe.Sizeof(arrayType{})
	case kindChan:
		size = chanTypeSize
	case kindMap:
		size = mapTypeSize
	case kindInterface:
		size = unsafe.Sizeof(interfaceType{})
	}
	return (*uncommonType)(unsafe.Add(unsafe.Pointer(t), size))
}

// methods returns the methods of a type, sorted by name.
func (u *uncommonType) methods() []method {
	if u.mcount == 0 {
		return nil
	}
	return unsafe.Slice((*method)(unsafe.Add(unsafe.Pointer(u), u.moff)), u.mcount)
}
