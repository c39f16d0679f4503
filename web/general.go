package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// generalView is what holds for all channels.
type generalView struct {
	BrandName         string `json:"brand_name"`
	URLPrefix         string `json:"url_prefix"`
	PublicURL         string `json:"public_url"`
	LinkTemplate      string `json:"link_template"`
	DefaultLanguage   string `json:"default_language"`
	Timezone          string `json:"timezone"`
	RetentionDays     int    `json:"retention_days"`
	AuditDays         int    `json:"audit_days"`
	TellCreatorOnPass bool   `json:"tell_creator_on_pass"`

	Policy  ticket.Policy    `json:"channel_policy"`
	Order   []notify.Channel `json:"channel_order"`
	Minutes int              `json:"next_channel_minutes"`
	Quiet   ticket.Quiet     `json:"quiet_hours"`

	Confirm bool     `json:"confirm_addresses"`
	Locked  []string `json:"locked_fields"`

	// Fixed is the public URL the service was started with, "" when none was named: it
	// holds whatever is saved.
	Fixed string `json:"-"`
	// Brand is what the installation goes by now.
	Brand brandView `json:"-"`

	ETag    string   `json:"-"`
	Refusal *refusal `json:"-"`
	// LogoRefusal is why a picture was not taken.
	LogoRefusal *refusal `json:"-"`
	// Diff is what somebody else changed meanwhile.
	Diff    []twoSides `json:"-"`
	Prefix  string     `json:"-"`
	Editing bool       `json:"-"`
	Saved   bool       `json:"-"`
}

// sqleTemplate is the form of SQLE's own links.
const sqleTemplate = "/sqle/project/{project}/exec-workflow/{ticket}"

// SQLE is that form, for the button that fills it in.
func (generalView) SQLE() string { return sqleTemplate }

// OurName is what the installation is called that nobody named.
func (generalView) OurName() cards.Text { return cards.Brand("") }

// zones are those a form suggests.
func zones() []string {
	return []string{"Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "UTC"}
}

// Example is what the link of a ticket looks like.
func (g generalView) Example() string {
	if g.LinkTemplate == "" {
		return g.URLPrefix + "/sqle/project/1/exec-workflow/1024" // a path that an event brings
	}
	return g.URLPrefix + strings.NewReplacer("{project}", "pay", "{ticket}", "1024").Replace(g.LinkTemplate)
}

// values are the fields as they are compared and shown.
func (g generalView) values() []twoSides {
	return []twoSides{
		{Name: "brand_name", Yours: g.BrandName},
		{Name: "url_prefix", Yours: g.URLPrefix},
		{Name: "public_url", Yours: g.PublicURL},
		{Name: "link_template", Yours: g.LinkTemplate},
		{Name: "default_language", Yours: g.DefaultLanguage},
		{Name: "timezone", Yours: g.Timezone},
		{Name: "retention_days", Yours: strconv.Itoa(g.RetentionDays)},
		{Name: "audit_days", Yours: strconv.Itoa(g.AuditDays)},
		{Name: "tell_creator_on_pass", Yours: strconv.FormatBool(g.TellCreatorOnPass)},
		{Name: "channel_policy", Yours: string(g.Policy)},
		{Name: "channel_order", Yours: strings.ReplaceAll(notify.InOrder(g.Order), ",", " › ")},
		{Name: "next_channel_minutes", Yours: strconv.Itoa(g.Minutes)},
		{Name: "quiet_hours", Yours: hours(g.Quiet)},
		{Name: "confirm_addresses", Yours: strconv.FormatBool(g.Confirm)},
		{Name: "locked_fields", Yours: strings.Join(g.Locked, ", ")},
	}
}

// Lockable are the fields that people can be kept from changing themselves.
func (generalView) Lockable() []string { return []string{"phone", "email", "wecom_userid"} }

// Locks reports whether people cannot change the field themselves.
func (g generalView) Locks(field string) bool { return slices.Contains(g.Locked, field) }

// hours are quiet hours on one line, "" for none.
func hours(q ticket.Quiet) string {
	switch {
	case q.IsZero():
		return ""
	case q.Weekends:
		return q.From + "–" + q.To + " +"
	}
	return q.From + "–" + q.To
}

// Hours are the quiet hours of whoever has none.
func (g generalView) Hours() string { return hours(ticket.Quiet{From: g.Quiet.From, To: g.Quiet.To}) }

// against compares what was typed with what is saved now.
func (g generalView) against(now generalView) []twoSides {
	var differ []twoSides
	theirs := now.values()
	for i, f := range g.values() {
		if f.Yours != theirs[i].Yours {
			differ = append(differ, twoSides{f.Name, f.Yours, theirs[i].Yours})
		}
	}
	return differ
}

func (v *visit) general() (generalView, error) {
	g := generalView{Prefix: "general-", Fixed: v.site.cfg.Home.Fixed}
	got, err := v.exchange(http.MethodGet, "/api/v1/settings", nil, nil)
	if err != nil {
		return g, err
	}
	g.ETag = got.header.Get("ETag")
	if err := json.Unmarshal(got.body.Bytes(), &g); err != nil {
		return g, err
	}
	return g, v.ask(http.MethodGet, "/api/v1/brand", nil, &g.Brand)
}

func showGeneral(v *visit) error { return v.generalPart(false) }
func editGeneral(v *visit) error { return v.generalPart(true) }

func (v *visit) generalPart(editing bool) error {
	if !v.htmx() {
		return v.to("/channels#general")
	}
	g, err := v.general()
	if err != nil {
		return err
	}
	g.Editing = editing
	return v.part("general", g)
}

func saveGeneral(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return &refusal{Status: http.StatusBadRequest}
	}
	form, asked := typedGeneral(v.r.PostForm)
	if form.Fixed = v.site.cfg.Home.Fixed; form.Fixed != "" {
		delete(asked, "public_url") // it is shown, not asked for
	}
	typedTelling(v.r, &form, asked)
	body, err := json.Marshal(asked)
	if err != nil {
		return err
	}
	headers := http.Header{"Content-Type": {"application/json"}}
	if mark := v.r.PostForm.Get("etag"); mark != "" {
		headers.Set("If-Match", mark)
	}
	_, err = v.exchange(http.MethodPatch, "/api/v1/settings", body, headers)
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		return v.generalUnsaved(form, no)
	}
	if err != nil {
		return err
	}
	g, err := v.general()
	if err != nil {
		return err
	}
	g.Saved = true
	return v.part("general", g)
}

// typedGeneral reads a sent form: as it is shown again, and as it is asked for.
func typedGeneral(sent url.Values) (generalView, map[string]any) {
	said := func(name string) string { return strings.TrimSpace(sent.Get(name)) }
	form := generalView{
		BrandName: said("brand_name"), URLPrefix: said("url_prefix"), PublicURL: said("public_url"), LinkTemplate: said("link_template"), DefaultLanguage: said("default_language"),
		Timezone: said("timezone"), TellCreatorOnPass: said("tell_creator_on_pass") == "on", Prefix: "general-", Editing: true,
	}
	asked := map[string]any{
		"brand_name": form.BrandName, "url_prefix": form.URLPrefix, "public_url": form.PublicURL, "link_template": form.LinkTemplate, "default_language": form.DefaultLanguage,
		"timezone": form.Timezone, "tell_creator_on_pass": form.TellCreatorOnPass,
		"retention_days": said("retention_days"), "audit_days": said("audit_days"), // what is no number is said by the API
	}
	if n, err := strconv.Atoi(said("retention_days")); err == nil {
		form.RetentionDays, asked["retention_days"] = n, n
	}
	if n, err := strconv.Atoi(said("audit_days")); err == nil {
		form.AuditDays, asked["audit_days"] = n, n
	}
	return form, asked
}

// typedTelling reads on which channels people are told, when not, and what they may change
// of themselves.
func typedTelling(r *http.Request, form *generalView, asked map[string]any) {
	form.Quiet, form.Order, form.Policy = typedQuiet(r), typedOrder(r), ticket.Policy(r.PostFormValue("channel_policy"))
	asked["channel_policy"], asked["channel_order"], asked["quiet_hours"] = form.Policy, form.Order, nil
	if !form.Quiet.IsZero() {
		asked["quiet_hours"] = form.Quiet
	}
	form.Confirm, form.Locked = r.PostFormValue("confirm_addresses") != "", append([]string{}, r.PostForm["locked_fields"]...)
	asked["confirm_addresses"], asked["locked_fields"] = form.Confirm, form.Locked
	said := strings.TrimSpace(r.PostFormValue("next_channel_minutes"))
	asked["next_channel_minutes"] = said // what is no number is said by the API
	if n, err := strconv.Atoi(said); err == nil {
		form.Minutes, asked["next_channel_minutes"] = n, n
	}
}

// generalUnsaved shows the form again as it was sent, with what is wrong, or with what
// somebody else saved meanwhile.
func (v *visit) generalUnsaved(form generalView, no *refusal) error {
	now, err := v.general()
	if err != nil {
		return err
	}
	form.Refusal, form.ETag, form.Brand = no, now.ETag, now.Brand
	if no.Status == http.StatusPreconditionFailed {
		if form.Fixed != "" {
			form.PublicURL = now.PublicURL
		}
		form.Diff = form.against(now)
	}
	return v.refused("general", form)
}

// reachView is what came of trying the address of the ticket platform.
type reachView struct {
	URL        string   `json:"url"`
	Reachable  bool     `json:"reachable"`
	Status     int      `json:"status"`
	DurationMS int64    `json:"duration_ms"`
	Reason     string   `json:"reason"`
	Refusal    *refusal `json:"-"`
}

// reachGeneral has the server try the address that is typed, or the saved one.
func reachGeneral(v *visit) error {
	asked := map[string]any{}
	if v.r.PostFormValue("url_prefix") != "" {
		asked["url_prefix"] = strings.TrimSpace(v.r.PostFormValue("url_prefix"))
	}
	var found reachView
	err := v.ask(http.MethodPost, "/api/v1/settings:reach", asked, &found)
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		found.Refusal = no
		return v.part("reach", found)
	}
	if err != nil {
		return err
	}
	return v.part("reach", found)
}
