package ticket

import (
	"net/netip"
	"strings"
)

// ThisMachine reports whether a host, without a port, is this machine whatever a name
// server says: what is sent there is read by nobody on the way.
func ThisMachine(host string) bool {
	addr, err := netip.ParseAddr(host)
	return strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") || (err == nil && addr.Unmap().IsLoopback())
}
