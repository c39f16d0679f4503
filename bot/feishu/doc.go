// Package feishu sends cards to people on Feishu (飞书, Lark), brings cards
// already sent up to date, takes in what people press and write there, and finds
// people by e-mail or phone number.
//
//   - [Bot] is the channel: a notify.Sender and a notify.Updater, made by [New] from a [Config].
//   - A cards.Card becomes a Card JSON 2.0 in card.go and is cut to Feishu's limits in fit.go.
//   - Feishu's codes become verdicts by the table in codes.go.
//   - [Callbacks] is the door at which Feishu hands in presses and messages, and [Inbox]
//     hands on what came in, there or over a long connection.
//
// The wire facts come from the project's contract with Feishu; comments cite its
// chapters as feishu.md.
package feishu
