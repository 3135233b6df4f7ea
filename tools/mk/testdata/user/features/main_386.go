// Features exercises what user programs may use of the language. It prints a line for each thing that does not
// work, and "done".
package main

import (
	"container/list"
	"math/bits"
	"sync/atomic"
	"unicode/utf8"
	"unsafe"

	"pecan/tools/mk/testdata/host"
)

func check(ok bool, what string) {
	if !ok {
		host.Print("wrong: " + what + "\n")
	}
}

// seen is filled by initialisers, in order.
var seen []string

var first = note("first")

func note(s string) int {
	seen = append(seen, s)
	return len(seen)
}

func init() { note("init") }

func main() {
	check(first == 1 && len(seen) == 2 && seen[1] == "init", "initialisers")
	strings()
	slices()
	interfaces()
	closures()
	defers()
	mapping()
	division()
	atomics()
	memory()
	floats()
	host.Print("done\n")
}

//go:noinline
func join(a, b, c string) string { return a + b + c }

//go:noinline
func runes(r []rune) string { return string(r) }

//go:noinline
func character(r rune) string { return string(r) }

func strings() {
	s := join("grün", "-", "日本")
	check(s == "grün-日本" && len(s) == 12, "concatenation")
	n, sum := 0, rune(0)
	for _, r := range s {
		n++
		sum += r
	}
	check(n == 7 && sum == 'g'+'r'+'ü'+'n'+'-'+'日'+'本', "range over a string")
	check(utf8.RuneCountInString(s) == 7, "utf8")
	check(runes([]rune(s)) == s, "runes to string")
	check(character('本') == "本" && character(-1) == "\uFFFD", "rune to string")
	b := []byte(s)
	b[0] = 'G'
	check(string(b) == "Grün-日本" && s[0] == 'g', "bytes")
	bad := "a\xff\xc3(\xe2\x82"
	var got []rune
	for _, r := range bad {
		got = append(got, r)
	}
	check(runes(got) == "a\uFFFD\uFFFD(\uFFFD\uFFFD", "bad UTF-8")
	check(join("a", "", "") < join("b", "", "") && join("ab", "", "") > join("a", "", ""), "order of strings")
	text := ""
	for i := range 300 {
		text += character(rune('a' + i%26))
	}
	check(len(text) == 300 && text[299] == 'a'+299%26, "long concatenation")
}

//go:noinline
func numbers(n int) []int { return make([]int, n, n+1) }

func slices() {
	a := numbers(3)
	check(len(a) == 3 && cap(a) == 4 && a[2] == 0, "make")
	for i := range 1000 {
		a = append(a, i)
	}
	check(len(a) == 1003 && a[3] == 0 && a[1002] == 999, "append")
	b := append([]int(nil), a...)
	b[0] = 7
	check(a[0] == 0 && len(b) == 1003, "copy by append")
	var empty []struct{}
	empty = append(empty, struct{}{}, struct{}{})
	check(len(empty) == 2, "append of nothing")
	type big struct{ words [40]int }
	var c []big
	for i := range 20 {
		c = append(c, big{[40]int{i, 39: i}})
	}
	d := c[3]
	check(d.words[0] == 3 && c[19].words[39] == 19 && d != c[4], "large elements")
	l := list.New()
	l.PushBack(1)
	l.PushBack("two")
	check(l.Len() == 2 && l.Back().Value == "two", "container/list")
}

type shape interface{ area() int }
type named interface{ Name() string }
type square struct{ side int }
type rect struct{ w, h int }

func (s square) area() int    { return s.side * s.side }
func (r *rect) area() int     { return r.w * r.h }
func (r *rect) Name() string  { return "rect" }
func (s square) Name() string { return "square" }

//go:noinline
func box(n int) any { return n }

//go:noinline
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case int:
		return "int"
	case string:
		return "string " + v
	case interface {
		shape
		named
	}:
		return v.Name()
	case error:
		return v.Error()
	}
	return "?"
}

type oops struct{ code int }

func (o oops) Error() string { return "oops " + character(rune('0'+o.code)) }

func interfaces() {
	shapes := []shape{square{3}, &rect{2, 5}}
	sum := 0
	for _, s := range shapes {
		sum += s.area()
		_, ok := s.(named)
		check(ok, "assertion to an interface")
	}
	check(sum == 19, "methods")
	check(shapes[0].(named) == named(square{3}), "one table per pair of types")
	check(shapes[0] == shape(square{3}) && shapes[0] != shape(square{4}), "equality of interfaces")
	check(box(300) == any(300) && box(3) != any("3"), "boxes")
	check(describe(nil) == "nil" && describe(7) == "int" && describe("x") == "string x", "type switch")
	check(describe(square{1}) == "square", "interface switch")
	check(describe(oops{4}) == "oops 4", "second case of an interface switch")
	check(describe(int8(1)) == "?", "no case of an interface switch")
	_, ok := box(1).(named)
	check(!ok, "failing assertion")
}

//go:noinline
func counter() (func() int, func(int)) {
	n := 0
	return func() int { n++; return n }, func(m int) { n = m }
}

type adder struct{ n int }

func (a *adder) add(m int) { a.n += m }

//go:noinline
func apply(f func(int), n int) { f(n) }

func sequence(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func closures() {
	next, set := counter()
	next()
	set(10)
	check(next() == 11, "closures share variables")
	a := &adder{}
	apply(a.add, 3)
	apply((*adder).add2(a), 4)
	check(a.n == 11, "method values")
	sum := 0
	for v := range sequence(5) {
		if v == 4 {
			break
		}
		sum += v
	}
	check(sum == 6, "range over a function")
}

func (a *adder) add2() func(int) { return func(m int) { a.n += 2 * m } }

var trail string

//go:noinline
func deferring(n int) (r int) {
	defer func() { r *= 2 }()
	for i := range n {
		defer func() { trail += character(rune('0' + i)) }()
	}
	if n > 2 {
		defer func() { trail += "!" }()
	}
	return n + 1
}

func defers() {
	check(deferring(3) == 8 && trail == "!210", "defer")
}

type key struct {
	a string
	b any
}

func mapping() {
	m := map[string]int{}
	for i := range 500 {
		m[character(rune(0x100+i))] = i
	}
	check(len(m) == 500 && m[character(0x100+77)] == 77, "map of strings")
	delete(m, character(0x100))
	_, ok := m[character(0x100)]
	check(!ok && len(m) == 499, "delete")
	sum, n := 0, 0
	for _, v := range m {
		sum += v
		n++
	}
	check(n == 499 && sum == 499*500/2, "range over a map")
	k := map[key]uint64{{"x", 1}: 1, {"x", "1"}: 2}
	k[key{"x", 1}] += 5
	check(k[key{"x", 1}] == 6 && len(k) == 2, "map of structs")
	u := map[uint32][200]int{1: {199: 5}}
	check(u[1][199] == 5 && u[2][199] == 0, "large elements of a map")
	q := make(map[uint64]bool, 100)
	q[1<<40] = true
	check(q[1<<40] && !q[1], "map of 64-bit numbers")
	clear(q)
	check(len(q) == 0, "clear")
	a := map[any]int{3: 1, "3": 2, [2]int8{1, 2}: 3}
	check(a[3] == 1 && a["3"] == 2 && a[[2]int8{1, 2}] == 3, "map of interfaces")
}

//go:noinline
func divide(n, d uint64) (uint64, uint64) { return n / d, n % d }

//go:noinline
func divideSigned(n, d int64) (int64, int64) { return n / d, n % d }

//go:noinline
func mean(a []float64) (m float64) {
	for _, v := range a {
		m += v / float64(len(a))
	}
	return m
}

type point struct{ x, y float64 }

func floats() {
	a := []float64{1, 2.5, -4, 1e10}
	m := mean(a)
	check(m == 2499999999.875 && int64(m*8) == 19999999999, "floating point")
	f := map[float64]int{m: 1, -0.0: 2}
	check(f[2499999999.875] == 1 && f[0] == 2, "map of floats")
	p := map[point]string{{1, m}: "p"}
	check(p[point{1, m}] == "p" && any(point{1, m}) == any(point{1, m}), "structs of floats")
	c := complex(m, 1)
	check(imag(c*c) == 2*m, "complex numbers")
}

// slowDivide is division bit by bit.
func slowDivide(n, d uint64) (q, r uint64) {
	for i := 63; i >= 0; i-- {
		high := r >> 63
		r = r<<1 | n>>uint(i)&1
		if high == 1 || r >= d {
			r -= d
			q |= 1 << uint(i)
		}
	}
	return q, r
}

func division() {
	edges := []uint64{1, 2, 3, 7, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1<<32 + 1, 1<<33 - 1, 0x80000000_00000001,
		1<<63 - 1, 1 << 63, 1<<64 - 1, 1<<64 - 2, 0xFFFFFFFF_00000000, 0x12345678_9ABCDEF0}
	x := uint64(88172645463325252)
	for i := range 20000 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		n, d := x, x*0x9E3779B97F4A7C15>>(uint(i)%64)|1
		if i < len(edges)*len(edges) {
			n, d = edges[i/len(edges)], edges[i%len(edges)]
		}
		q, r := divide(n, d)
		sq, sr := slowDivide(n, d)
		if q != sq || r != sr {
			check(false, "64-bit division")
			break
		}
		iq, ir := divideSigned(int64(n), int64(d))
		if iq*int64(d)+ir != int64(n) || ir != 0 && (ir < 0) != (int64(n) < 0) {
			check(false, "signed 64-bit division")
			break
		}
	}
	q, r := bits.Div64(3, 5, 7)
	check(q == 7905747460161236407 && r == 4, "bits.Div64")
}

func atomics() {
	var n atomic.Uint64
	n.Store(1 << 40)
	n.Add(5)
	check(n.Load() == 1<<40+5 && n.CompareAndSwap(1<<40+5, 3), "64-bit atomics")
	p := new(struct{ a, b atomic.Int64 })
	p.b.Add(2)
	check(p.b.Load() == 2, "alignment of 64-bit atomics")
	var v atomic.Pointer[adder]
	v.Store(&adder{4})
	check(v.Load().n == 4, "atomic pointers")
}

func memory() {
	const size = 70
	var a, want [3 * size]byte
	for n := range size {
		for from := range 24 {
			for to := range 24 {
				for i := range a {
					a[i] = byte(i)
				}
				want = a
				for i := range n {
					want[to+i] = byte(from + i)
				}
				copy(a[to:to+n], a[from:from+n])
				if a != want {
					check(false, "copy")
					return
				}
			}
		}
		for i := range a {
			a[i] = 1
		}
		clear(a[3 : 3+n])
		for i, v := range a {
			if (v == 0) != (i >= 3 && i < 3+n) {
				check(false, "clear")
				return
			}
		}
	}
	page = new([4096]byte)
	*page = [4096]byte{}
	q := *page
	check(q == *page && uintptr(unsafe.Pointer(page))%8 == 0, "large arrays")
}

var page *[4096]byte
