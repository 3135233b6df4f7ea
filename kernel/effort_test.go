//go:build !386 && !race

package kernel

// How much the random tests do; under the race detector less (effort_race_test.go).
const (
	mappingSequences = 1500
	ipcSequences     = 1500
	stormRounds      = 10000
)
