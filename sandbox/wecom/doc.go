// Package wecom simulates the API of WeCom (企业微信) for one app of one corp:
// tokens, app messages, card updates, recalls and the look-up of members.
//
// It is strict by the contract (docs of the provider as written down in
// wecom.md), not by what our own client happens to send: unknown fields are
// refused, limits are kept, and messages above a member's limit vanish without
// an error as they do in the real world. Where the contract leaves a case
// unconfirmed, a comment says what the simulator does.
package wecom
