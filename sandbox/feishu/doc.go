// Package feishu is a Feishu open platform small enough for a laptop: it speaks
// the provider's paths, envelopes and error codes, and shows what arrives on the
// devices of a [sandbox.Box].
//
// It is strict by the written contract (feishu.md) and knows nothing of the house:
//
//   - tokens expire, open_ids belong to one app, requests are counted against the
//     provider's limits;
//   - a card must be Card JSON 2.0 and pass [Lint]; the simulator takes no 1.0 card;
//   - [FaultNames] lists every way it misbehaves on demand.
//
// Where the contract leaves the provider's answer open, the choice is noted at
// the code as an assumption.
package feishu
