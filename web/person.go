package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// personView is one person: who they are, how they are reached, what they were told.
type personView struct {
	personForm

	Deliveries []toldRow
	// Shown is set when the addresses stand there in full: before, they are masked.
	Shown bool
	// Was is the person as their form was filled in.
	Was userRow
	// Saved is set after a change, Cleared after an identity was forgotten, Asked after a
	// channel's provider was asked again, Link after an invitation.
	Saved          bool
	Cleared, Asked notify.Channel
	Link           string
}

// toldRow is a delivery to a person.
type toldRow struct {
	ID          string         `json:"id"`
	Channel     notify.Channel `json:"channel"`
	Status      notify.Status  `json:"status"`
	Reason      string         `json:"reason"`
	CreatedAt   time.Time      `json:"created_at"`
	Kind        ticket.Kind    `json:"kind"`
	TicketID    string         `json:"ticket_id"`
	TicketKey   string         `json:"ticket_key"`
	TicketTitle string         `json:"ticket_title"`
}

// Why is the reason in words.
func (t toldRow) Why() cards.Text {
	if t.Reason == "" {
		return cards.Text{}
	}
	return notify.ReasonWords(t.Reason)
}

func (v *visit) person(username string) (*personView, error) {
	at := "/api/v1/users/" + url.PathEscape(username)
	p := &personView{personForm: personForm{Prefix: "person-"}}
	if err := v.ask(http.MethodGet, at, nil, &p.User); err != nil {
		return nil, err
	}
	var err error
	if p.User.Ways, err = v.ways(username); err != nil {
		return nil, err
	}
	p.Deliveries, err = v.told(username, "10")
	return p, err
}

// told are the newest deliveries to somebody.
func (v *visit) told(username, most string) ([]toldRow, error) {
	var list struct {
		Items []toldRow `json:"items"`
	}
	q := url.Values{"person": {username}, "limit": {most}}
	err := v.ask(http.MethodGet, "/api/v1/deliveries?"+q.Encode(), nil, &list)
	return list.Items, err
}

func showPerson(v *visit) error {
	p, err := v.person(v.r.PathValue("username"))
	if err != nil {
		return err
	}
	return v.showPersonView(p)
}

func (v *visit) showPersonView(p *personView) error {
	if v.htmx() {
		return v.part("person", usersView{Person: p})
	}
	return v.show(usersView{Person: p})
}

// changePerson changes what differs from what is on record, and nothing else: the
// audit log then names what was changed.
func changePerson(v *visit) error {
	name := v.r.PathValue("username")
	p, err := v.person(name)
	if err != nil {
		return err
	}
	typed := typedPerson(v.r)
	typed.Username, typed.Ways, typed.Quiet = name, p.User.Ways, p.User.Quiet
	typed.ChannelPolicy, typed.ChannelOrder = p.User.ChannelPolicy, p.User.ChannelOrder
	before := p.User
	if p.Shown = v.r.PostForm.Has("was_email"); p.Shown {
		before.Email, before.Phone = v.r.PostFormValue("was_email"), v.r.PostFormValue("was_phone")
	}
	changes := differences(before, typed)
	if half := v.halfMasked(before, typed); half != nil {
		err = half
	} else if len(changes) > 0 {
		err = v.ask(http.MethodPatch, "/api/v1/users/"+url.PathEscape(name), changes, nil)
	}
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		p.User, p.Refusal, p.Was = typed, no, before
		return v.refused("person", usersView{Person: p})
	}
	if err != nil {
		return err
	}
	if p, err = v.person(name); err != nil {
		return err
	}
	p.Saved = true
	return v.showPersonView(p)
}

// halfMasked refuses an address that was changed and still has the mask in it: z***@corp.com
// would be one that mail can be sent to.
func (v *visit) halfMasked(before, after userRow) error {
	no := &refusal{Status: http.StatusBadRequest}
	for _, f := range []struct{ name, was, is string }{{"phone", before.Phone, after.Phone}, {"email", before.Email, after.Email}} {
		if f.was != f.is && strings.Contains(f.is, "***") {
			no.Errors = append(no.Errors, mistake{Field: f.name, Code: "invalid", Message: v.site.words.word("users.", "half").In(v.lang)})
		}
	}
	if len(no.Errors) == 0 {
		return nil
	}
	return no
}

// differences are the fields of a person that are to be changed, by the API's names.
func differences(before, after userRow) map[string]any {
	changes := map[string]any{}
	put := func(name string, differ bool, value any) {
		if differ {
			changes[name] = value
		}
	}
	put("name", before.Name != after.Name, after.Name)
	put("email", before.Email != after.Email, after.Email)
	put("phone", before.Phone != after.Phone && before.Phone != ticket.DefaultCountry+after.Phone, after.Phone)
	put("wecom_userid", before.WeComUserID != after.WeComUserID, after.WeComUserID)
	put("feishu_open_id", before.FeishuOpenID != after.FeishuOpenID, after.FeishuOpenID)
	put("language", before.Language != after.Language, after.Language)
	put("timezone", before.Timezone != after.Timezone, after.Timezone)
	put("role", before.Role != after.Role, after.Role)
	put("disabled", before.Disabled != after.Disabled, after.Disabled)
	return changes
}

// revealPerson shows somebody's addresses in full, which is written down.
func revealPerson(v *visit) error {
	name := v.r.PathValue("username")
	p, err := v.person(name)
	if err != nil {
		return err
	}
	if err := v.ask(http.MethodPost, "/api/v1/users/"+url.PathEscape(name)+":reveal", nil, &p.User); err != nil {
		return err
	}
	p.Shown, p.Was = true, p.User
	return v.showPersonView(p)
}

// resolvePerson has somebody looked up again: on the channel in the path, else on all.
func resolvePerson(v *visit) error {
	name, ch := v.r.PathValue("username"), v.r.PathValue("channel")
	at := "/api/v1/users/" + url.PathEscape(name) + "/identities:resolve"
	if ch != "" {
		at += "?channel=" + url.QueryEscape(ch)
	}
	if err := v.ask(http.MethodPost, at, nil, nil); err != nil {
		return err
	}
	p, err := v.person(name)
	if err != nil {
		return err
	}
	p.Asked = notify.Channel(ch)
	return v.showPersonView(p)
}

// clearIdentity forgets who somebody was found to be on a channel.
func clearIdentity(v *visit) error {
	name, ch := v.r.PathValue("username"), v.r.PathValue("channel")
	at := "/api/v1/users/" + url.PathEscape(name) + "/identities/" + url.PathEscape(ch)
	if err := v.ask(http.MethodDelete, at, nil, nil); err != nil {
		return err
	}
	p, err := v.person(name)
	if err != nil {
		return err
	}
	p.Cleared = notify.Channel(ch)
	return v.showPersonView(p)
}

// invitePerson makes the link with which somebody sets their password. It is shown
// this once.
func invitePerson(v *visit) error {
	p, err := v.person(v.r.PathValue("username"))
	if err != nil {
		return err
	}
	secret, err := v.site.cfg.Gate.Invite(v.who.In(v.r.Context()), p.User.Username)
	if err != nil {
		return err
	}
	p.Link = v.origin() + "/setup#" + secret
	return v.showPersonView(p)
}

func removePerson(v *visit) error {
	if err := v.ask(http.MethodDelete, "/api/v1/users/"+url.PathEscape(v.r.PathValue("username")), nil, nil); err != nil {
		return err
	}
	return v.to("/users")
}
