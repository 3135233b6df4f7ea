package pool

import (
	"math/rand/v2"
	"testing"
)

// checkList verifies the invariants of a map's list.
func checkList(t *testing.T, m *Map) {
	t.Helper()
	if m.first.start != 0 {
		t.Fatal("the first run does not begin at 0")
	}
	for r := m.first; r.next != nil; r = r.next {
		if r.next.start <= r.start || r.next.start >= m.end {
			t.Fatalf("run at %d follows run at %d", r.next.start, r.start)
		}
		if r.next.owner == r.owner {
			t.Fatalf("two runs of %#x meet at %d", r.owner, r.next.start)
		}
	}
}

func TestRunsAgainstArray(t *testing.T) {
	const end = 100
	owners := []Owner{Nobody, Kernel, Conventional, Other, Anybody, 0xC8001, 0xCC001}
	random := rand.New(rand.NewPCG(1, 2))
	var store Store
	store.Add(make([]Run, end+setRuns))
	total := store.Spare()
	var m Map
	m.Init(&store, end, Other)
	var model [end]Owner
	for i := range model {
		model[i] = Other
	}
	for range 20000 {
		lo := random.Uint32N(end)
		hi := lo + 1 + random.Uint32N(end-lo)
		o := owners[random.IntN(len(owners))]
		if random.IntN(3) > 0 {
			m.Set(lo, hi, o)
			for i := lo; i < hi; i++ {
				model[i] = o
			}
		} else {
			ok := true
			for _, x := range model[lo:hi] {
				ok = ok && (x.free() || x == o || x == Anybody)
			}
			if m.Claim(lo, hi, o) != ok {
				t.Fatalf("claim of %d..%d for %#x: %v", lo, hi, o, !ok)
			}
			for i := lo; ok && i < hi; i++ {
				if model[i].free() {
					model[i] = o
				}
			}
		}
		checkList(t, &m)
		used := uint32(1)
		for i := range model {
			if m.Owner(uint32(i)) != model[i] {
				t.Fatalf("unit %d: %#x, want %#x", i, m.Owner(uint32(i)), model[i])
			}
			if i > 0 && model[i] != model[i-1] {
				used++
			}
		}
		if store.Spare() != total-used {
			t.Fatalf("%d runs spare, want %d", store.Spare(), total-used)
		}
		from, size := random.Uint32N(end), uint32(1)<<random.IntN(5)
		at, ok := m.Find(from, size, o)
		want, found := uint32(0), false
	search:
		for n := (from + size - 1) &^ (size - 1); n+size <= end; n += size {
			for _, x := range model[n : n+size] {
				if x != o {
					continue search
				}
			}
			want, found = n, true
			break
		}
		if ok != found || at != want {
			t.Fatalf("find %d of %#x from %d: %d, %v; want %d, %v", size, o, from, at, ok, want, found)
		}
	}
}
