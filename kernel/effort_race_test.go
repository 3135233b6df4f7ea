//go:build !386 && race

package kernel

const (
	mappingSequences = 60
	ipcSequences     = 20
	stormRounds      = 300
	hostileBoots     = 60
)
