package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
)

// overviewPage is 概览: is it working, and if not, what is to be done. It stands first
// where there are no devices to play with.
func overviewPage(first bool) page {
	p := page{
		name: "overview", path: "/overview", scope: access.DeliveriesRead, letter: "o",
		styles:  []string{"vendor/uplot.min.css", "channels.css", "overview.css"},
		scripts: []string{"overview.js"},
		routes: []route{
			shows("/overview", access.DeliveriesRead, showOverview),
			shows("/overview/live", access.DeliveriesRead, liveOverview),
			takes("/overview/first-steps", access.DeliveriesRead, hideFirstSteps),
		},
	}
	if first {
		p.routes = append(p.routes, shows("/{$}", access.DeliveriesRead, showOverview))
	}
	return p
}

// overviewView is what the API tells, and what follows from it.
type overviewView struct {
	At       time.Time             `json:"at"`
	Channels map[string]healthView `json:"channels"`
	Hours    []hourView            `json:"hours"`
	Delays   []delayView           `json:"delays"`
	Reasons  []reasonView          `json:"reasons"`

	People      int  `json:"people"`
	Unreachable int  `json:"unreachable"`
	WaitedFor   int  `json:"waited_for"`
	Events      bool `json:"events"`
	URLPrefix   bool `json:"url_prefix"`

	Span   int          `json:"-"` // hours that are told one by one
	Of     string       `json:"-"` // the channel whose hours are told, "" for all
	Recent []recentView `json:"-"`
	May    mayView      `json:"-"`
	Here   string       `json:"-"`
	Knows  bool         `json:"-"` // the first steps
}

type hourView struct {
	At      time.Time `json:"at"`
	Channel string    `json:"channel"`
	OK      int       `json:"ok"`
	Retried int       `json:"retried"`
	Failed  int       `json:"failed"`
}

type delayView struct {
	At  time.Time `json:"at"`
	P50 int64     `json:"p50_ms"`
	P95 int64     `json:"p95_ms"`
}

type reasonView struct {
	Code  string     `json:"code"`
	Class string     `json:"class"`
	Title cards.Text `json:"title"`
	N     int        `json:"n"`
}

// recentView is a delivery in the list of what happened last.
type recentView struct {
	ID          string    `json:"id"`
	TicketKey   string    `json:"ticket_key"`
	TicketTitle string    `json:"ticket_title"`
	Person      string    `json:"person"`
	Channel     string    `json:"channel"`
	Status      string    `json:"status"`
	Code        string    `json:"code"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// mayView is what the visitor may do about what they read.
type mayView struct{ Configure, People bool }

func showOverview(v *visit) error {
	view, err := v.overview()
	if err != nil {
		return err
	}
	return v.show(view)
}

func liveOverview(v *visit) error {
	view, err := v.overview()
	if err != nil {
		return err
	}
	return v.part("overview", view)
}

// spansOfHours are those to choose from, the middle one unless another is asked for.
func spansOfHours() []int { return []int{6, 24, 72} }

func (v *visit) span() int {
	hours, err := strconv.Atoi(v.r.URL.Query().Get("hours"))
	if err != nil || !slices.Contains(spansOfHours(), hours) {
		return 24
	}
	return hours
}

// channelAsked is the channel in the address, "" when there is none or no such channel.
func (v *visit) channelAsked() string {
	if of := v.r.URL.Query().Get("channel"); slices.Contains(channelsInOrder(), of) {
		return of
	}
	return ""
}

// Spans are the stretches of time to choose from.
func (overviewView) Spans() []int { return spansOfHours() }

// From is the beginning of that time in seconds, for the charts: an hour's bar stands on
// both sides of its beginning.
func (o overviewView) From() int64 {
	return o.At.Truncate(time.Hour).Unix() - int64(o.Span-1)*3600 - 1800
}

// To is the end.
func (o overviewView) To() int64 { return o.At.Truncate(time.Hour).Unix() + 1800 }

func (v *visit) overview() (overviewView, error) {
	view := overviewView{
		Span: v.span(), Of: v.channelAsked(),
		May: mayView{Configure: v.who.Allows(access.ConfigRead), People: v.who.Allows(access.UsersRead)}, Here: v.origin(),
	}
	if err := v.ask(http.MethodGet, "/api/v1/overview?hours="+strconv.Itoa(view.Span), nil, &view); err != nil {
		return view, err
	}
	var list struct {
		Items []recentView `json:"items"`
	}
	if err := v.ask(http.MethodGet, "/api/v1/deliveries?limit=8", nil, &list); err != nil {
		return view, err
	}
	view.Recent = list.Items
	liked, err := v.liked()
	view.Knows = liked.FirstStepsHidden
	return view, err
}

// tile is a channel on the overview.
type tile struct {
	Channel string
	healthView
}

// channelsInOrder are the channels in the order people meet them.
func channelsInOrder() []string { return []string{"feishu", "wecom", "mail"} }

// Tiles are the channels.
func (o overviewView) Tiles() []tile {
	var tiles []tile
	for _, ch := range channelsInOrder() {
		tiles = append(tiles, tile{ch, o.Channels[ch]})
	}
	return tiles
}

// Percent is the success rate in words.
func (h healthView) Percent() string {
	return strings.TrimSuffix(strconv.FormatFloat(100*h.SuccessRate, 'f', 1, 64), ".0") + " %"
}

// attention is one thing somebody should do something about.
type attention struct {
	// Kind picks the words, Grave the colour.
	Kind    string
	Channel string
	Health  healthView
	N       int
	// WaitedFor is how many of N a ticket waits for.
	WaitedFor int
	Grave     bool
	Href      string
}

// Attention lists what needs somebody, worst first.
func (o overviewView) Attention() []attention {
	var list []attention
	for _, t := range o.Tiles() {
		if t.Bad() {
			kind := t.State
			if kind == "failing" && t.Streak < notify.FailingAfter {
				kind = "test" // nothing was sent since
			}
			list = append(list, attention{
				Kind: kind, Channel: t.Channel, Health: t.healthView, N: t.Streak, Grave: t.State != "degraded", Href: "/channels#" + t.Channel,
			})
		}
	}
	if dead := o.Queue().Dead; dead > 0 {
		list = append(list, attention{Kind: "dead", N: dead, Href: "/deliveries?status=dead"})
	}
	if o.Unreachable > 0 {
		list = append(list, attention{Kind: "unreachable", N: o.Unreachable, WaitedFor: o.WaitedFor, Href: "/users?reach=none"})
	}
	if !o.URLPrefix {
		list = append(list, attention{Kind: "prefix", Href: "/channels#general"})
	}
	slices.SortStableFunc(list, func(a, b attention) int { return cmp.Compare(weight(a), weight(b)) })
	return list
}

func weight(a attention) int {
	if a.Grave {
		return 0
	}
	return 1
}

// Queue is what waits on all channels together.
func (o overviewView) Queue() healthView {
	var sum healthView
	for _, h := range o.Channels {
		sum.Waiting, sum.Retrying, sum.Dead = sum.Waiting+h.Waiting, sum.Retrying+h.Retrying, sum.Dead+h.Dead
		if !h.OldestAt.IsZero() && (sum.OldestAt.IsZero() || h.OldestAt.Before(sum.OldestAt)) {
			sum.OldestAt = h.OldestAt
		}
	}
	return sum
}

// firstStep is one of the five things to do with a new installation.
type firstStep struct {
	Name, Href string
	Done       bool
}

// Steps are those five.
func (o overviewView) Steps() []firstStep {
	enabled, tested := false, false
	for _, h := range o.Channels {
		enabled = enabled || h.State != "off"
		tested = tested || !h.LastTestedAt.IsZero() || h.Accepted > 0
	}
	return []firstStep{
		{"prefix", "/channels#general", o.URLPrefix},
		{"channel", "/channels", enabled},
		{"people", "/users", o.People > 1},
		{"test", "/channels", tested},
		{"connect", "/tokens", o.Events},
	}
}

// Done counts the steps that are done.
func (o overviewView) Done() int {
	n := 0
	for _, s := range o.Steps() {
		if s.Done {
			n++
		}
	}
	return n
}

// asked are the hours of the channel that was asked for.
func (o overviewView) asked() []hourView {
	return slices.DeleteFunc(slices.Clone(o.Hours), func(h hourView) bool { return o.Of != "" && h.Channel != o.Of })
}

// ByHour adds the channels up, hour by hour.
func (o overviewView) ByHour() []hourView {
	var hours []hourView
	for _, h := range o.asked() {
		if n := len(hours); n == 0 || !hours[n-1].At.Equal(h.At) {
			hours = append(hours, hourView{At: h.At})
		}
		sum := &hours[len(hours)-1]
		sum.OK, sum.Retried, sum.Failed = sum.OK+h.OK, sum.Retried+h.Retried, sum.Failed+h.Failed
	}
	return hours
}

// Day is the sum of all hours.
func (o overviewView) Day() hourView {
	var day hourView
	for _, h := range o.asked() {
		day.OK, day.Retried, day.Failed = day.OK+h.OK, day.Retried+h.Retried, day.Failed+h.Failed
	}
	return day
}

// Slowest is the longest of the hours' delays.
func (o overviewView) Slowest() int64 {
	var most int64
	for _, d := range o.Delays {
		most = max(most, d.P95)
	}
	return most
}
