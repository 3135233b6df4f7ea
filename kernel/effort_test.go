//go:build !386 && !race

package kernel

// How much the random tests do; under the race detector less (effort_race_test.go).
const (
	mappingSequences = 1500
	largeSequences   = 150
	ipcSequences     = 250
	stormRounds      = 10000
	hostileBoots     = 600
	portSequences    = 60

	scheduleSequences = 300
	lifeSequences     = 300
	deathCount        = 50000 // TestDeaths; -deaths sets another number

	transferSequences = 4000
)
