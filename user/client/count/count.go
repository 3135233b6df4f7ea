// Package count counts lines, words and bytes as wc does in the C locale, and computes the CRC-32 of the IEEE
// polynomial, in one pass over the data.
package count

// polynomial is the reversed IEEE polynomial of CRC-32.
const polynomial = 0xEDB88320

// What a byte does to the words around it. A word is a run of bytes that are no white space with at least one printable
// one among them: bytes that are neither do not begin a word and do not end it.
const (
	neither = iota
	space
	printable
)

// Counter takes data in pieces and keeps the totals. The zero value is ready for use.
type Counter struct {
	Lines, Words, Bytes uint64

	crc    uint32 // complemented
	inWord bool
	ready  bool
	table  [256]uint32
	kind   [256]uint8
}

func (c *Counter) prepare() {
	for i := range c.table {
		r := uint32(i)
		for range 8 {
			r = r>>1 ^ polynomial&-(r&1)
		}
		c.table[i] = r
		switch {
		case i == ' ', i >= '\t' && i <= '\r':
			c.kind[i] = space
		case i > ' ' && i <= '~':
			c.kind[i] = printable
		}
	}
	c.crc = 0xFFFFFFFF
	c.ready = true
}

// Add counts data, which follows what was added before.
func (c *Counter) Add(data []byte) {
	if !c.ready {
		c.prepare()
	}
	crc, inWord := c.crc, c.inWord
	for _, b := range data {
		crc = crc>>8 ^ c.table[byte(crc)^b]
		switch c.kind[b] {
		case space:
			if b == '\n' {
				c.Lines++
			}
			inWord = false
		case printable:
			if !inWord {
				c.Words++
			}
			inWord = true
		}
	}
	c.crc, c.inWord = crc, inWord
	c.Bytes += uint64(len(data))
}

// CRC is the CRC-32 of all data added so far.
func (c *Counter) CRC() uint32 {
	if !c.ready {
		return 0
	}
	return ^c.crc
}
