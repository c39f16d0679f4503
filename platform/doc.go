// Package platform talks back to the system that owns the tickets.
//
// [BuiltIn] is such a system itself: flows kept by ticketbell, for the playground,
// the end-to-end suite and small teams. Its tickets change through the same door
// as everybody else's: each action becomes an event.
package platform
