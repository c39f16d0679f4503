// Package live tells those who look on what changes: deliveries, what needs
// attention, jobs on their way.
//
// One [Hub] asks for all of them, however many there are, and only while somebody
// looks.
package live
