// Package rig is what the bench programs stand on: the real binary as a process, the
// world outside in this process (so that it outlives a bot that is killed), people
// and tickets by number, and the counting of what arrived.
//
// It imports nothing of the house but the simulators. Its figures are those of the
// whole way: from the POST of an event to what a provider received.
package rig
