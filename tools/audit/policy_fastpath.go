package main

// The fast paths of Ipc and what they may touch: none as long as short messages go through Go (kernel.shortIPC).
var (
	kernelFastPaths []FastPath
	kernelAddresses []Address
)
