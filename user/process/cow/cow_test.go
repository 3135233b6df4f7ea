package cow

import (
	"math/rand/v2"
	"testing"
)

const (
	spaces = 6
	pages  = 10
)

// system is what a process server makes of the books: frames with contents, and mappings that allow to write or not.
type system struct {
	t        *testing.T
	pool     Pool
	space    [spaces]Space
	open     [spaces]bool
	content  [MaxFrames + 1]int
	writable [MaxFrames + 1]bool // the frame is mapped writable, in the one space that shows it
}

func (s *system) write(n int, i uint32, value int) {
	if s.space[n].Frame(i) == 0 {
		s.pool.Fresh(&s.space[n], i)
	}
	f, old := s.pool.Write(&s.space[n], i)
	if old != 0 {
		if s.writable[old] {
			s.t.Fatalf("frame %d is shared and writable", old)
		}
		s.content[f] = s.content[old]
	}
	if s.pool.Shared(f) {
		s.t.Fatalf("frame %d is shared after a write", f)
	}
	s.writable[f] = true
	s.content[f] = value
}

func (s *system) read(n int, i uint32) int {
	f := s.space[n].Frame(i)
	if f == 0 {
		return 0
	}
	return s.content[f]
}

// audit counts everything again.
func (s *system) audit() {
	s.t.Helper()
	var shown [MaxFrames + 1]uint16
	used, promised := uint32(0), uint32(0)
	for n := range s.space {
		if !s.open[n] {
			continue
		}
		promised += pages
		for _, f := range s.space[n].frames {
			if f != 0 {
				shown[f]++
			}
		}
	}
	for f := Frame(1); uint32(f) <= s.pool.Frames; f++ {
		if shown[f] != s.pool.shown[f] {
			s.t.Fatalf("frame %d is shown by %d pages, the books say %d", f, shown[f], s.pool.shown[f])
		}
		if shown[f] > 0 {
			used++
		}
		if shown[f] > 1 && s.writable[f] {
			s.t.Fatalf("frame %d is shared and writable", f)
		}
	}
	seen := map[Frame]bool{}
	for _, f := range s.pool.free[:s.pool.Frames-s.pool.Used] {
		if seen[f] || shown[f] != 0 || f == 0 {
			s.t.Fatalf("frame %d is on the free list, twice or in use", f)
		}
		seen[f] = true
	}
	if used != s.pool.Used || promised != s.pool.Promised || promised > s.pool.Frames {
		s.t.Fatalf("%d used, %d promised; the books say %d and %d", used, promised, s.pool.Used, s.pool.Promised)
	}
}

// TestAgainstModel compares with spaces that are arrays and forks that copy them.
func TestAgainstModel(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 4))
		const frames = 37 // three spaces and a bit
		s := system{t: t}
		s.pool.Init(frames)
		var model [spaces][pages]int
		opened := 0
		for step := 1; step < 1000; step++ {
			n, i := random.IntN(spaces), random.Uint32N(pages)
			switch k := random.IntN(10); {
			case !s.open[n] && k == 0:
				ok := s.pool.Open(&s.space[n], 2*pages, pages)
				if ok != (opened < frames/pages) {
					t.Fatalf("open with %d open: %v", opened, ok)
				}
				if s.open[n] = ok; ok {
					opened++
					model[n] = [pages]int{}
				}
			case !s.open[n]:
				from := random.IntN(spaces)
				if !s.open[from] {
					continue
				}
				ok := s.pool.Fork(&s.space[n], &s.space[from], func(f Frame) { s.writable[f] = false })
				if ok != (opened < frames/pages) {
					t.Fatalf("fork with %d open: %v", opened, ok)
				}
				if s.open[n] = ok; ok {
					opened++
					model[n] = model[from]
				}
			case k == 0:
				s.pool.Close(&s.space[n])
				s.open[n] = false
				opened--
			default:
				s.write(n, i, step)
				model[n][i] = step
			}
			s.audit()
			for n := range s.space {
				for i := range uint32(pages) {
					if s.open[n] && s.read(n, i) != model[n][i] {
						t.Fatalf("seed %d, step %d: page %d of space %d holds %d, want %d", seed, step, i, n, s.read(n, i), model[n][i])
					}
				}
			}
		}
	}
}

// TestCounters: a write to a page of three copies, copies, keeps the last.
func TestCounters(t *testing.T) {
	s := system{t: t}
	s.pool.Init(3 * pages)
	for n := range 3 {
		if n == 0 && !s.pool.Open(&s.space[0], pages, pages) || n > 0 && !s.pool.Fork(&s.space[n], &s.space[0], func(Frame) {}) {
			t.Fatal("no room")
		}
		s.open[n] = true
		if n == 0 {
			s.write(0, 5, 1)
		}
		s.writable = [MaxFrames + 1]bool{}
	}
	for n := range 3 {
		s.write(n, 5, n)
		s.write(n, 5, n)
	}
	if s.pool.Copied != 2 || s.pool.Kept != 1 || s.pool.Used != 3 {
		t.Errorf("%d copied, %d kept, %d used; want 2, 1, 3", s.pool.Copied, s.pool.Kept, s.pool.Used)
	}
	if s.pool.Fork(&s.space[3], &s.space[0], func(Frame) { t.Error("a refused fork protects") }) {
		t.Error("four spaces in the frames for three")
	}
}
