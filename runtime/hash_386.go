//go:build !pecan_kernel

package runtime

import "unsafe"

// Hashing of map keys. The hash is FNV-1a by words with a final mix: small, and good enough for programs whose
// keys nobody chooses in order to collide.

const hashPrime = 16777619

func mix(h uintptr) uintptr {
	h ^= h >> 16
	h *= 0x85EBCA6B
	h ^= h >> 13
	h *= 0xC2B2AE35
	return h ^ h>>16
}

func memhash(p unsafe.Pointer, h, size uintptr) uintptr {
	h ^= size
	for ; size >= 4; size -= 4 {
		h = (h ^ *(*uintptr)(p)) * hashPrime
		h ^= h >> 15
		p = unsafe.Add(p, 4)
	}
	for ; size > 0; size-- {
		h = (h ^ uintptr(*(*byte)(p))) * hashPrime
		p = unsafe.Add(p, 1)
	}
	return mix(h)
}

func memhash0(p unsafe.Pointer, h uintptr) uintptr   { return h }
func memhash8(p unsafe.Pointer, h uintptr) uintptr   { return memhash(p, h, 1) }
func memhash16(p unsafe.Pointer, h uintptr) uintptr  { return memhash(p, h, 2) }
func memhash32(p unsafe.Pointer, h uintptr) uintptr  { return memhash(p, h, 4) }
func memhash64(p unsafe.Pointer, h uintptr) uintptr  { return memhash(p, h, 8) }
func memhash128(p unsafe.Pointer, h uintptr) uintptr { return memhash(p, h, 16) }

// memhash_varlen is in user_386.s: its size comes in the closure.
func memhash_varlen(p unsafe.Pointer, h uintptr) uintptr

func strhash(p unsafe.Pointer, h uintptr) uintptr {
	s := (*string)(p)
	return memhash(unsafe.Pointer(unsafe.StringData(*s)), h, uintptr(len(*s)))
}

func interhash(p unsafe.Pointer, h uintptr) uintptr {
	i := (*iface)(p)
	if i.tab == nil {
		return h
	}
	return valueHash(i.tab.typ, &i.data, h)
}

func nilinterhash(p unsafe.Pointer, h uintptr) uintptr {
	e := (*eface)(p)
	if e._type == nil {
		return h
	}
	return valueHash(e._type, &e.data, h)
}

// valueHash hashes the value in an interface with the data word at data.
func valueHash(t *_type, data *unsafe.Pointer, h uintptr) uintptr {
	if t.equal == nil {
		throw("hash of a type that has no ==: " + typeString(t))
	}
	if t.tflag&tflagDirectIface != 0 {
		return typehash(t, unsafe.Pointer(data), h)
	}
	return typehash(t, *data, h)
}

// typehash hashes a value of type t at p. Equal values have equal hashes.
func typehash(t *_type, p unsafe.Pointer, h uintptr) uintptr {
	if t.tflag&tflagRegularMemory != 0 {
		return memhash(p, h, t.size)
	}
	switch t.kind {
	case kindString:
		return strhash(p, h)
	case kindFloat32:
		return f32hash(p, h)
	case kindFloat64:
		return f64hash(p, h)
	case kindComplex64:
		return c64hash(p, h)
	case kindComplex128:
		return c128hash(p, h)
	case kindInterface:
		if len((*interfaceType)(unsafe.Pointer(t)).methods) == 0 {
			return nilinterhash(p, h)
		}
		return interhash(p, h)
	case kindArray:
		a := (*arrayType)(unsafe.Pointer(t))
		for i := range a.len {
			h = typehash(a.elem, unsafe.Add(p, i*a.elem.size), h)
		}
		return h
	case kindStruct:
		s := (*structType)(unsafe.Pointer(t))
		for i := range s.fields {
			f := &s.fields[i]
			if f.name.text() != "_" {
				h = typehash(f.typ, unsafe.Add(p, f.offset), h)
			}
		}
		return h
	}
	throw("hash of a type that has none: " + typeString(t))
	return 0
}

var randState uint64

func timestamp() uint64

// rand gives seeds and iteration orders, which need not be unpredictable.
func rand() uint64 {
	x := randState ^ timestamp()
	x ^= x << 13
	x ^= x >> 7
	x ^= x << 17
	randState = x + 0x9E3779B97F4A7C15
	return randState
}

func rand32() uint32 { return uint32(rand() >> 32) }
