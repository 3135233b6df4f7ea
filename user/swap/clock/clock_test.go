package clock

import (
	"math/rand/v2"
	"testing"

	"pecan/user/l4"
)

// client is a machine whose pages hold one number each. Page n is n*7 when it is fresh.
type client struct {
	t        *testing.T
	memory   Memory
	status   []l4.Rights // of frames
	frames   []int
	shown    []int // the page that the client sees in a frame, -1 for none
	disk     []int
	fills    int
	loads    int
	stores   int
	meddling func() // runs between Status and Take
}

func newClient(t *testing.T, pages, frames uint32) *client {
	c := &client{t: t, status: make([]l4.Rights, frames), frames: make([]int, frames), shown: make([]int, frames), disk: make([]int, pages)}
	for i := range c.shown {
		c.shown[i] = -1
	}
	c.memory.Init(c, pages, frames, pages)
	return c
}

func fresh(page int) int { return page * 7 }

func (c *client) Status(f uint32) l4.Rights {
	s := c.status[f]
	c.status[f] = 0
	return s
}

func (c *client) Take(f uint32) l4.Rights {
	if c.meddling != nil {
		c.meddling()
	}
	if c.shown[f] < 0 {
		c.t.Fatalf("frame %d is taken twice", f)
	}
	c.shown[f] = -1
	return c.Status(f)
}

func (c *client) Fill(page, f uint32) { c.frames[f] = fresh(int(page)); c.fills++ }

func (c *client) Load(block, f uint32) { c.frames[f] = c.disk[block]; c.loads++ }

func (c *client) Store(block, f uint32) { c.disk[block] = c.frames[f]; c.stores++ }

// use lets the client read page, and write it if write.
func (c *client) use(page int, write bool, value int) (read int) {
	f := -1
	for i, p := range c.shown {
		if p == page {
			f = i
		}
	}
	if f < 0 {
		f = int(c.memory.Bring(uint32(page)))
		if c.shown[f] >= 0 {
			c.t.Fatalf("page %d comes into the frame of page %d", page, c.shown[f])
		}
		c.shown[f] = page
	}
	c.status[f] |= l4.RX
	read = c.frames[f]
	if write {
		c.status[f] |= l4.RW
		c.frames[f] = value
	}
	return read
}

// TestAgainstModel: whatever the client does, it reads what it wrote.
func TestAgainstModel(t *testing.T) {
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 8))
		const pages = 40
		frames := 1 + random.Uint32N(pages+2)
		c := newClient(t, pages, frames)
		var model [pages]int
		for i := range model {
			model[i] = fresh(i)
		}
		for step := 1; step < 3000; step++ {
			page := random.IntN(pages)
			if random.IntN(2) == 0 {
				page = random.IntN(5) // some pages are hotter
			}
			write := random.IntN(3) == 0
			if got := c.use(page, write, step); got != model[page] {
				t.Fatalf("seed %d, step %d: page %d reads %d, want %d", seed, step, page, got, model[page])
			}
			if write {
				model[page] = step
			}
		}
		f := &c.memory.SwapFigures
		in := uint32(0)
		for _, p := range c.shown {
			if p >= 0 {
				in++
			}
		}
		if f.Fresh+f.Loads != in+f.Evictions || int(f.Fresh) != c.fills || int(f.Loads) != c.loads || int(f.WriteBacks) != c.stores {
			t.Fatalf("%d pages in, %+v", in, *f)
		}
	}
}

// TestHotPageStays: first in, first out would take it in every round.
func TestHotPageStays(t *testing.T) {
	const frames = 8
	for first := range 2 * frames { // pages that come before the hot one, so that it is in any frame
		c := newClient(t, 100, frames)
		for i := range first {
			c.use(99-i, false, 0)
		}
		for round := range 5 {
			for cold := 1; cold < 100; cold++ {
				c.use(0, false, 0)
				c.use(cold, false, 0)
				if c.memory.Faults(0) != 1 {
					t.Fatalf("the hot page went, round %d, %d pages before it", round, first)
				}
			}
		}
		if c.memory.Faults(50) != 5 {
			t.Errorf("a cold page was brought in %d times", c.memory.Faults(50))
		}
	}
}

// TestCleanPagesAreDropped: one write-back for one write, however often the page goes afterwards.
func TestCleanPagesAreDropped(t *testing.T) {
	c := newClient(t, 20, 4)
	for round := range 10 {
		for i := range 20 {
			c.use(i, round == 0 && i < 6, 1000+i)
		}
	}
	if c.stores != 6 {
		t.Errorf("%d write-backs of 6 written pages", c.stores)
	}
	if got := c.use(5, false, 0); got != 1005 {
		t.Errorf("page 5 holds %d", got)
	}
}

// TestWriteBeforeTake: the client writes after the hand has found its page unused and before the page is gone.
func TestWriteBeforeTake(t *testing.T) {
	c := newClient(t, 10, 2)
	var written [10]bool
	c.meddling = func() {
		for f, page := range c.shown {
			if page >= 0 {
				c.frames[f] = 5000 + page
				c.status[f] |= l4.RW
				written[page] = true
			}
		}
	}
	for i := range 30 {
		page := i % 10
		want := fresh(page)
		if written[page] {
			want = 5000 + page
		}
		if got := c.use(page, false, 0); got != want {
			t.Fatalf("step %d: page %d holds %d, want %d", i, page, got, want)
		}
	}
}

// stubborn is a client all of whose pages are always in use.
type stubborn struct{ client }

func (c *stubborn) Status(f uint32) l4.Rights { return l4.RX }

// TestAlwaysUsed: the search for a victim ends.
func TestAlwaysUsed(t *testing.T) {
	c := &stubborn{client: *newClient(t, 10, 3)}
	c.memory.Init(c, 10, 3, 10)
	for i := range 50 {
		if got := c.use(i%10, false, 0); got != fresh(i%10) {
			t.Fatalf("page %d holds %d", i%10, got)
		}
	}
}
