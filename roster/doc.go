// Package roster takes people in and out, many at a time: from CSV, from Excel
// and from DMS, and as CSV again.
//
// An import goes by username: somebody new is added, somebody known is changed in
// what the source speaks of, and a second run changes nothing. What is wrong is
// named, cell by cell, and never guessed at.
package roster
