//go:build !386 && race

package kernel

const (
	mappingSequences  = 30
	ipcSequences      = 8
	scheduleSequences = 8
	stormRounds       = 100
	hostileBoots      = 30
	portSequences     = 10

	lifeSequences  = 10
	deathCount     = 1500 // TestDeaths; -deaths sets another number
	largeSequences = 5

	transferSequences = 100
)
