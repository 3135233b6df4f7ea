package resident

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// use makes page resident as the pager does, and returns the victim or -1.
func use(s *Set, page uint32) int {
	if s.Has(page) {
		return -1
	}
	out := -1
	if victim, ok := s.Room(); !ok {
		s.Remove()
		out = int(victim)
	}
	s.Add(page)
	return out
}

func TestAgainstModel(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 9))
	for _, limit := range []uint32{0, 1, 2, 64, 99, 100, 101, 4000000000} {
		const pages = 100
		var s Set
		s.Init(pages, limit)
		var model []uint32
		peak := 0
		for range 5000 {
			page := random.Uint32N(pages)
			want := -1
			if !slices.Contains(model, page) {
				if limit > 0 && uint32(len(model)) == limit {
					want = int(model[0])
					model = model[1:]
				}
				model = append(model, page)
			}
			peak = max(peak, len(model))
			if got := use(&s, page); got != want {
				t.Fatalf("limit %d, page %d: victim %d, want %d", limit, page, got, want)
			}
			if int(s.Count()) != len(model) || int(s.Peak) != peak {
				t.Fatalf("limit %d: %d resident, peak %d; want %d, %d", limit, s.Count(), s.Peak, len(model), peak)
			}
			for p := range uint32(pages) {
				if s.Has(p) != slices.Contains(model, p) {
					t.Fatalf("limit %d: page %d: %v", limit, p, s.Has(p))
				}
			}
		}
	}
}

func TestEmptyFile(t *testing.T) {
	var s Set
	s.Init(0, 64)
	if _, ok := s.Room(); !ok || s.Count() != 0 || s.Peak != 0 {
		t.Error("an empty file has pages")
	}
}
