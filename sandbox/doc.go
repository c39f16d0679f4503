// Package sandbox is the world outside, small enough for a laptop: what the
// simulators of Feishu, WeCom and the mail server share.
//
//   - [Box] holds what every simulated device shows now.
//   - [Directory] is who works at the simulated company.
//   - [Faults] makes a simulator misbehave on demand.
//   - [Handler] serves all three to people and tests under /sandbox/.
//
// The simulators are strict by the providers' contracts, not by what our own
// clients happen to send: they import nothing of the house.
package sandbox
