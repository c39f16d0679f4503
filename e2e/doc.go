// Package e2e plays whole stories against the running binary: it starts the bot,
// posts an event, presses a button, and looks at what the stand-ins received. It
// imports nothing of the house and knows it as a stranger does, by its API.
package e2e
