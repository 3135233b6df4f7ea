// Command pecan is the kernel image: boot/*.S enter through the symbol main, which arch/ia32 defines, and
// everything else is in pecan/kernel.
package main

import _ "pecan/kernel"

func main() {}
