// Package runtime is the freestanding Go runtime: what compiled Go code needs from the package named
// runtime, and nothing more. The builder (tools/mk) compiles it under the import path "runtime"; no
// package imports it under its own path.
//
// It has two flavours. The kernel's (build tag pecan_kernel) has no heap, no stack growth and no
// interface tables built at run time: code that needs one of them does not link. The other serves user
// programs. docs/runtime.md is the contract, on one page.
package runtime
