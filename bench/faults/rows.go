package main

import (
	"time"

	"ticketbell/bench/rig"
	"ticketbell/sandbox"
)

// engine is a database ticketbell can keep things in.
type engine string

const (
	sqlite   engine = "sqlite"
	postgres engine = "postgres"
)

// noFault names the row that others are compared with.
const noFault = "none"

// row is one way to break something.
type row struct {
	name string
	// engine is where it is played; "" is on every one.
	engine engine
	// redis says that the replicas share one, and that every message is counted there.
	redis bool
	// replicas is how many processes serve; 0 is one.
	replicas int
	// strike breaks it, and mends it when that takes a hand. It begins when a third
	// of what the struck channel must receive has arrived.
	strike strike
	bound  bound
}

// rows is everything that is tried. A figure in a bound is the most it may be; that
// nothing is lost and nobody is told twice holds for every row.
func rows() []row {
	quiet := bound{tokens: 1, dials: 8, seconds: 20}
	return []row{
		{name: noFault, bound: quiet},
		{name: "WeCom 45009 for a minute, up to 300", strike: appLimit, bound: quiet.within(100)},
		{name: "WeCom 300 × HTTP 502", strike: wecom("unavailable", 300), bound: quiet.within(30)},
		{name: "Feishu 300 × 99991400", strike: feishu("rate_limited", 300), bound: quiet.within(150)}, // each second's wait lets those at work find out
		{name: "WeCom 40014 in mid-run", strike: wecom("token_revoked", 1), bound: quiet.fetching(2)},
		{name: "WeCom 42001 in mid-run", strike: wecom("token_expired", 1), bound: quiet.fetching(2)},
		{name: "SMTP 20 ms per reply", strike: mail("slow", 0, 0), bound: quiet.within(60)},
		{name: "SMTP drops after the dot, 1 in 50", strike: mail("drop_after_data", 0, 0.02), bound: quiet.dialling(100).repeating(100).within(60)},
		{name: "SMTP never answers", strike: silence, bound: quiet.dialling(100).within(90).undisturbed()},
		{name: "WeCom secret wrong, then mended", strike: wrongSecret, bound: quiet.fetching(4).within(30)},
		{name: "kill -9, restarted", strike: powerCut, bound: quiet.fetching(2).dialling(16).repeating(inFlight).within(40)},
		{name: "PostgreSQL restarted", engine: postgres, strike: databaseRestart, bound: quiet.repeating(inFlight).within(60)},
		{name: "two replicas, one killed", engine: postgres, replicas: 2, strike: replicaKilled, bound: quiet.fetching(2).dialling(16).repeating(inFlight).within(40)},
		{name: "Redis stopped for 10 s", redis: true, strike: redisStopped, bound: quiet.within(30)},
		{name: "disk full", engine: sqlite, strike: diskFull, bound: quiet.repeating(inFlight).within(60)},
	}
}

// bound is the most that figures of a row may be.
type bound struct {
	tokens, dials, sameID, seconds int
	// calm says that WeCom must be about as fast as without a fault.
	calm bool
}

func (b bound) within(seconds int) bound  { b.seconds = seconds; return b }
func (b bound) fetching(tokens int) bound { b.tokens = tokens; return b }
func (b bound) dialling(dials int) bound  { b.dials = dials; return b }
func (b bound) repeating(n int) bound     { b.sameID = n; return b }
func (b bound) undisturbed() bound        { b.calm = true; return b }

// wecom, feishu and mail set a fault of that channel in mid-run: for so many
// requests, or (0) until the end for a share of them (0: for all).
func wecom(name string, times int) strike {
	return fault(sandbox.Fault{Channel: "wecom", Name: name, Times: times})
}

func feishu(name string, times int) strike {
	return fault(sandbox.Fault{Channel: "feishu", Name: name, Times: times})
}

func mail(name string, times int, share float64) strike {
	return fault(sandbox.Fault{Channel: "mail", Name: name, Times: times, Probability: share})
}

// inFlight is how many mails may be on their way or not written down yet, and so go
// out again (with the same Message-ID) when a process is killed: two for each connection.
const inFlight = 2 * rig.MailConnections

// The bounds that are no count.
const (
	// mended is how soon after a channel is mended its messages go out again.
	mended = 2 * time.Second
	// backAtWork is how soon after a kill everything is sent, that what the killed
	// process held included.
	backAtWork = 20 * time.Second
	// limitLasts is how long WeCom refuses an app that was too fast in a minute
	// (wecom.md 5): whoever goes on calling meets limitHits refusals.
	limitLasts = time.Minute
	limitHits  = 300
	// atOnce is how many requests to WeCom may be under way when the first refusal comes:
	// 8 calls, and 8 look-ups of people.
	atOnce = 8 + 8
	// redisAway is how long Redis is stopped.
	redisAway = 10 * time.Second
)
