//go:build !386 && race

package kernel

const (
	mappingSequences = 60
	ipcSequences     = 60
	stormRounds      = 300
)
