// Package web serves the pages, embedded in the binary: one folder of hand-written
// HTML, CSS and ES modules, no build step and nothing from outside.
//
// For now there is one page, the playground (演练场) of `bot demo`: a ticket on the
// left, three simulated devices on the right, and what was delivered to whom below.
// It draws the devices from what the simulators received on the wire (GET
// /sandbox/messages) and moves the ticket by the public API, so whatever works on the
// page works for a program too.
//
//   - [Playground] is the page with its assets.
//   - [LoopbackOnly] keeps a page with a token in it from being read through DNS rebinding.
package web
