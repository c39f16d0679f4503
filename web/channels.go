package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"ticketbell/access"
	"ticketbell/cards"
)

// channelsPage is 消息推送: what holds for all, then the channels.
func channelsPage() page {
	return page{
		name: "channels", path: "/channels", scope: access.ConfigRead, letter: "c",
		styles: []string{"channels.css", "preview.css"}, scripts: []string{"channels.js", "preview.js", "order.js"},
		routes: []route{
			shows("/channels", access.ConfigRead, showChannels),
			shows("/channels/general", access.ConfigRead, showGeneral),
			shows("/channels/general/edit", access.ConfigWrite, editGeneral),
			shows("/channels/tests", access.ChannelsTest, func(v *visit) error { v.pass("/api/v1/tests"); return nil }),
			takes("/channels/general", access.ConfigWrite, saveGeneral),
			takes("/channels/general/reach", access.ConfigWrite, reachGeneral),
			takes("/channels/general/logo", access.ConfigWrite, saveLogo),
			takes("/channels/general/logo/remove", access.ConfigWrite, removeLogo),
			shows("/channels/{channel}/picture", access.ConfigRead, showStyle),
			shows("/channels/{channel}", access.ConfigRead, showChannel),
			shows("/channels/{channel}/edit", access.ConfigWrite, editChannel),
			takes("/channels/{channel}", access.ConfigWrite, saveChannel),
			takes("/channels/{channel}/switch", access.ConfigWrite, switchChannel),
			takes("/channels/{channel}/test", access.ChannelsTest, testChannel),
		},
	}
}

// errorView is a failure explained.
type errorView struct {
	Class   string            `json:"class"`
	Code    string            `json:"code"`
	Message string            `json:"message"`
	Title   cards.Text        `json:"title"`
	Cause   cards.Text        `json:"cause"`
	Steps   []cards.Text      `json:"steps"`
	Links   []linkView        `json:"links"`
	Extract map[string]string `json:"extract"`
}

type linkView struct {
	URL  string     `json:"url"`
	Text cards.Text `json:"text"`
}

// healthView is how a channel fares.
type healthView struct {
	State          string     `json:"state"`
	Reason         string     `json:"reason"`
	Since          time.Time  `json:"since"`
	Configured     bool       `json:"configured"`
	Waiting        int        `json:"waiting"`
	Retrying       int        `json:"retrying"`
	Dead           int        `json:"dead"`
	OldestAt       time.Time  `json:"oldest_at"`
	Accepted       int        `json:"accepted"`
	Retried        int        `json:"retried"`
	Failed         int        `json:"failed"`
	SuccessRate    float64    `json:"success_rate"`
	P95MS          int64      `json:"p95_ms"`
	Streak         int        `json:"streak"`
	LastAcceptedAt time.Time  `json:"last_accepted_at"`
	LastTestedAt   time.Time  `json:"last_tested_at"`
	LastErrorAt    time.Time  `json:"last_error_at"`
	LastError      *errorView `json:"last_error"`
	SeenIP         string     `json:"seen_ip"`
	SeenIPAt       time.Time  `json:"seen_ip_at"`
}

// Bad reports whether somebody should look at the channel.
func (h healthView) Bad() bool {
	return h.State == "paused" || h.State == "failing" || h.State == "degraded"
}

// Trouble is what an administrator has to mend, nil when there is nothing.
func (h healthView) Trouble() *errorView {
	if !h.Bad() {
		return nil
	}
	return h.LastError
}

// Sent is how many attempts there were.
func (h healthView) Sent() int { return h.Accepted + h.Failed }

// panelView is one channel's panel.
type panelView struct {
	Channel string
	Fields  []formField
	View    channelView
	ETag    string
	Health  healthView
	// Editing shows the form; Prefix begins the ids of its fields.
	Editing bool
	Prefix  string
	Refusal *refusal
	// Diff is what somebody else changed meanwhile.
	Diff []twoSides
	// Checked is what came of the free checks after saving, nil when they were not made.
	Checked *reportView
	// Asked is set when the channel was to be enabled and failed the checks.
	Asked bool
	Saved bool
	// Left tells what became of the messages that waited when the channel was disabled.
	Left *leftView
	Here string // where providers reach us
	// Detour is whether another channel is on, to which those that wait can go.
	Detour bool
}

// leftView counts what became of the messages that waited.
type leftView struct {
	Kept      int `json:"kept"`
	Rerouted  int `json:"rerouted"`
	Elsewhere int `json:"told_elsewhere"`
	Stranded  int `json:"no_other_channel"`
	Discarded int `json:"discarded"`
}

// reportView is what came of a check.
type reportView struct {
	Success bool       `json:"success"`
	Error   *errorView `json:"error"`
}

type channelsView struct {
	General generalView
	Panels  []panelView
}

func showChannels(v *visit) error {
	general, err := v.general()
	if err != nil {
		return err
	}
	view := channelsView{General: general}
	all, err := v.healths()
	if err != nil {
		return err
	}
	for _, ch := range channelNames() {
		p, err := v.unexamined(ch)
		if err != nil {
			return err
		}
		p.Health, p.Detour = all[ch], detour(ch, all)
		view.Panels = append(view.Panels, p)
	}
	return v.show(view)
}

// panel reads a channel's panel.
func (v *visit) panel(channel string) (panelView, error) {
	p, err := v.unexamined(channel)
	if err != nil {
		return p, err
	}
	all, err := v.healths()
	p.Health, p.Detour = all[channel], detour(channel, all)
	return p, err
}

// healths tells how every channel fares, in one question.
func (v *visit) healths() (map[string]healthView, error) {
	var all struct {
		Channels map[string]healthView `json:"channels"`
	}
	err := v.ask(http.MethodGet, "/api/v1/overview", nil, &all)
	return all.Channels, err
}

// detour reports whether a channel besides that one is on and not paused.
func detour(channel string, all map[string]healthView) bool {
	for ch, h := range all {
		if ch != channel && h.State != "off" && h.State != "paused" {
			return true
		}
	}
	return false
}

// unexamined is a panel without its channel's health.
func (v *visit) unexamined(channel string) (panelView, error) {
	p := panelView{Channel: channel, Fields: fieldsOf(channel), Prefix: channel + "-", Here: v.origin()}
	if !isChannel(channel) {
		return p, &refusal{Status: http.StatusNotFound}
	}
	got, err := v.exchange(http.MethodGet, "/api/v1/channels/"+channel, nil, nil)
	if err != nil {
		return p, err
	}
	p.ETag = got.header.Get("ETag")
	if err := json.Unmarshal(got.body.Bytes(), &p.View); err != nil {
		return p, err
	}
	return p, nil
}

func showChannel(v *visit) error {
	p, err := v.panel(v.r.PathValue("channel"))
	if err != nil {
		return err
	}
	return v.panelOrPage(p)
}

func editChannel(v *visit) error {
	p, err := v.panel(v.r.PathValue("channel"))
	if err != nil {
		return err
	}
	p.Editing = true
	return v.panelOrPage(p)
}

// panelOrPage answers a script with the panel, and a browser with the page at it.
func (v *visit) panelOrPage(p panelView) error {
	if !v.htmx() {
		return v.to("/channels#" + p.Channel)
	}
	return v.part("panel", p)
}

// saveChannel saves a form, and then checks what costs nothing. What was saved stays
// saved when the check fails: the panel says that it cannot be trusted yet.
func saveChannel(v *visit) error {
	channel := v.r.PathValue("channel")
	if err := v.r.ParseForm(); err != nil {
		return &refusal{Status: http.StatusBadRequest}
	}
	now, err := v.unexamined(channel)
	if err != nil {
		return err
	}
	if unsure(v.r.PostForm, now.View) {
		no, err := v.notSure()
		if err != nil {
			return err
		}
		return v.unsaved(channel, no)
	}
	err = v.patch(channel, patchOf(channel, v.r.PostForm, now.View), v.r.PostForm.Get("etag"))
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		return v.unsaved(channel, no)
	}
	if err != nil {
		return err
	}
	return v.checked(channel, v.r.PostForm.Get("enable") == "on")
}

// unsure reports whether a form stops verifying certificates, and nobody said for a second
// time that this is meant.
func unsure(sent url.Values, now channelView) bool {
	return sent.Get("skip_verify") == "on" && !now.On("skip_verify") && sent.Get("skip_sure") != "on"
}

func (v *visit) notSure() (*refusal, error) {
	text, err := v.site.words.text("channels.skip.unsure")
	return &refusal{Status: http.StatusUnprocessableEntity, Errors: []mistake{{Field: "skip_verify", Code: "unsure", Message: text.In(v.lang)}}}, err
}

func (v *visit) patch(channel string, patch map[string]any, etag string) error {
	body, err := json.Marshal(patch)
	if err != nil {
		return err
	}
	headers := http.Header{"Content-Type": {"application/json"}}
	if etag != "" {
		headers.Set("If-Match", etag)
	}
	_, err = v.exchange(http.MethodPatch, "/api/v1/channels/"+channel, body, headers)
	return err
}

// unsaved shows a form again as it was sent, with what is wrong, or with what
// somebody else saved meanwhile.
func (v *visit) unsaved(channel string, no *refusal) error {
	p, err := v.panel(channel)
	if err != nil {
		return err
	}
	if no.Status == http.StatusPreconditionFailed {
		p.Diff = changedMeanwhile(channel, v.r.PostForm, p.View)
	}
	p.Editing, p.Refusal = true, no
	p.View = typed(channel, p.View, v.r.PostForm)
	return v.refused("panel", p)
}

// checked checks what is saved, enables the channel when that was asked for and the
// check passed, and shows the panel.
func (v *visit) checked(channel string, enable bool) error {
	report := &reportView{}
	if err := v.ask(http.MethodPost, "/api/v1/channels/"+channel+"/check", map[string]any{}, report); err != nil {
		no, ok := errors.AsType[*refusal](err)
		if !ok || no.Status >= http.StatusInternalServerError {
			return err
		}
		report = nil // too many checks, or nothing to check yet: that it was saved is what counts
	}
	good := report != nil && report.Success
	if enable && good {
		if err := v.patch(channel, map[string]any{"enabled": true}, ""); err != nil {
			return err
		}
	}
	p, err := v.panel(channel)
	if err != nil {
		return err
	}
	p.Saved, p.Checked, p.Asked = true, report, enable && !good
	return v.part("panel", p)
}

// switchChannel turns a channel on or off. On takes a configuration that passes the
// free checks, or somebody who insists.
func switchChannel(v *visit) error {
	channel := v.r.PathValue("channel")
	on, insists := v.r.PostFormValue("enabled") == "on", v.r.PostFormValue("insist") == "on"
	if on && !insists {
		return v.checked(channel, true)
	}
	patch := map[string]any{"enabled": on}
	if what := v.r.PostFormValue("waiting"); what != "" && !on {
		patch["waiting"] = what
	}
	left, err := v.switched(channel, patch)
	if no, ok := errors.AsType[*refusal](err); ok && no.Status == http.StatusBadRequest {
		v.r.PostForm = nil
		p, err := v.panel(channel)
		if err != nil {
			return err
		}
		p.Editing, p.Refusal = true, no
		return v.refused("panel", p)
	}
	if err != nil {
		return err
	}
	p, err := v.panel(channel)
	if err != nil {
		return err
	}
	p.Saved, p.Left = true, left
	return v.part("panel", p)
}

// switched switches a channel and tells what became of the messages that waited, nil when
// nobody asked.
func (v *visit) switched(channel string, patch map[string]any) (*leftView, error) {
	var now struct {
		Waiting *leftView `json:"waiting"`
	}
	err := v.ask(http.MethodPatch, "/api/v1/channels/"+channel, patch, &now)
	return now.Waiting, err
}

// testChannel passes a test on to the API and its stages back, as they come.
func testChannel(v *visit) error {
	channel := v.r.PathValue("channel")
	if !isChannel(channel) {
		return &refusal{Status: http.StatusNotFound}
	}
	r, err := http.NewRequestWithContext(v.who.In(v.r.Context()), http.MethodPost, "/api/v1/channels/"+channel+"/test", io.LimitReader(v.r.Body, 1<<20))
	if err != nil {
		return err
	}
	r.Host, r.RemoteAddr, r.RequestURI = v.r.Host, v.r.RemoteAddr, r.URL.Path
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Accept-Language", tag(v.lang))
	v.site.cfg.API.ServeHTTP(v.w, r)
	return nil
}
