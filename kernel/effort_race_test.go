//go:build !386 && race

package kernel

const (
	mappingSequences = 30
	largeSequences   = 5
	ipcSequences     = 8
	stormRounds      = 100
	hostileBoots     = 30
	portSequences    = 10

	transferSequences = 100
)
