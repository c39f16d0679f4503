// Command testcount runs go test, shows one line per package and the whole output of
// what failed, and closes with "N passed, N failed". Its arguments go to go test; its
// exit code is 0 when nothing failed, 1 otherwise.
//
// Every test counts, sub-tests and examples too. A package that fails without a failing
// test (it does not build, or its process died) counts as one failure.
package main
