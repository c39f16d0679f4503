package web

import (
	"errors"
	"net/http"
	"strconv"
)

// generalView is what holds for all channels.
type generalView struct {
	URLPrefix       string `json:"url_prefix"`
	DefaultLanguage string `json:"default_language"`
	Timezone        string `json:"timezone"`
	RetentionDays   int    `json:"retention_days"`

	Refusal *refusal `json:"-"`
	Prefix  string   `json:"-"`
	Editing bool     `json:"-"`
	Saved   bool     `json:"-"`
}

func (v *visit) general() (generalView, error) {
	g := generalView{Prefix: "general-"}
	return g, v.ask(http.MethodGet, "/api/v1/settings", nil, &g)
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
	form := generalView{
		URLPrefix: v.r.PostFormValue("url_prefix"), DefaultLanguage: v.r.PostFormValue("default_language"),
		Timezone: v.r.PostFormValue("timezone"), Prefix: "general-", Editing: true,
	}
	asked := map[string]any{"url_prefix": form.URLPrefix, "default_language": form.DefaultLanguage, "timezone": form.Timezone}
	asked["retention_days"] = v.r.PostFormValue("retention_days") // what is no number is said by the API
	if n, err := strconv.Atoi(v.r.PostFormValue("retention_days")); err == nil {
		form.RetentionDays, asked["retention_days"] = n, n
	}
	err := v.ask(http.MethodPatch, "/api/v1/settings", asked, nil)
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		form.Refusal = no
		return v.refused("general", form)
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
