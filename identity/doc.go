// Package identity knows which address on which channel belongs to whom, and who is
// behind an address.
//
// An id an administrator entered wins. Otherwise the provider is asked by e-mail
// address and phone number, and each answer is remembered for the app that gave it:
// a Feishu open_id belongs to one app, and a changed app must not find the old
// one's. Nobody is guessed, and whoever is not found is told why.
//
// There are two levels. The process remembers (memory), and with Redis all replicas
// remember together (shared). Redis is never waited for longer than a bound and can
// be done without. It holds no address in clear.
//
// A look-up that nobody has the answer to becomes a query. Queries to Feishu are
// gathered into rounds of 50 people, one round at a time among all replicas; those
// to WeCom are made one by one within a budget of misses per day.
package identity
