package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"ticketbell/access"
)

// manyView is what is about to be done with the people that were ticked, or was.
type manyView struct {
	// Do is "resolve", "test", "disable" or "enable".
	Do    string
	Names []string
	// Estimate is of a look-up, Messages and Left of test messages.
	Estimate *estimateView
	Messages []trialRow
	Left     int
	// Done are those who were changed, once they were.
	Done    []string
	Refusal *refusal
	Prefix  string
}

// Over reports whether more test messages are asked for than may be sent.
func (m manyView) Over() bool { return len(m.Messages) > m.Left }

type trialRow struct {
	Username string `json:"username"`
	Channel  string `json:"channel"`
}

// estimateView is what looking people up will take.
type estimateView struct {
	People        int  `json:"people"`
	Feishu        int  `json:"feishu"`
	WeCom         int  `json:"wecom"`
	WeComOn       bool `json:"wecom_on"`
	MissesAllowed int  `json:"misses_allowed"`
	Misses        int  `json:"misses"`
	Seconds       int  `json:"seconds"`
}

// manyPeople shows what would be done with everybody who was ticked, and does it when
// asked once more.
func manyPeople(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return &refusal{Status: http.StatusBadRequest}
	}
	m := manyView{Do: v.r.PostFormValue("do"), Names: v.r.PostForm["username"], Prefix: "many-"}
	sure := v.r.PostFormValue("go") != ""
	var err error
	switch {
	case len(m.Names) == 0 || len(m.Names) > 200:
		return &refusal{Status: http.StatusBadRequest}
	case m.Do == "disable" || m.Do == "enable":
		return v.ableMany(m, sure)
	case m.Do != "resolve" && m.Do != "test":
		return &refusal{Status: http.StatusBadRequest}
	case sure:
		return v.startMany("/api/v1/users:"+m.Do, "", map[string]any{"usernames": m.Names})
	case m.Do == "resolve":
		m.Estimate, err = v.estimate(map[string]any{"usernames": m.Names})
	default:
		err = v.trials(&m)
	}
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		m.Refusal = no
	} else if err != nil {
		return err
	}
	return v.part("many-sure", m)
}

// startMany starts a job and shows it.
func (v *visit) startMany(path, prefix string, asked map[string]any) error {
	var started struct {
		JobID string `json:"job_id"`
	}
	err := v.ask(http.MethodPost, path, asked, &started)
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		return v.refused("job", jobView{Refusal: no, Prefix: prefix})
	}
	if err != nil {
		return err
	}
	return v.job(http.MethodGet, started.JobID, "")
}

// ableMany disables people, or lets them in again. Nobody disables themselves: they
// could not take it back.
func (v *visit) ableMany(m manyView, sure bool) error {
	if err := v.admitted(access.UsersWrite); err != nil {
		return err
	}
	if !sure {
		return v.part("many-sure", m)
	}
	for _, name := range m.Names {
		if name == v.who.Username {
			continue
		}
		err := v.ask(http.MethodPatch, "/api/v1/users/"+url.PathEscape(name), map[string]any{"disabled": m.Do == "disable"}, nil)
		if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
			m.Refusal = no // the others are done all the same
			continue
		}
		if err != nil {
			return err
		}
		m.Done = append(m.Done, name)
	}
	v.w.Header().Set("HX-Trigger", "people-changed")
	return v.part("many-done", m)
}

func (v *visit) trials(m *manyView) error {
	var plan struct {
		Messages []trialRow `json:"messages"`
		Left     int        `json:"left"`
	}
	err := v.ask(http.MethodPost, "/api/v1/users:test?dry_run=true", map[string]any{"usernames": m.Names}, &plan)
	m.Messages, m.Left = plan.Messages, plan.Left
	return err
}

// estimate tells what it would take to look people up.
func (v *visit) estimate(asked map[string]any) (*estimateView, error) {
	var plan struct {
		Estimate *estimateView `json:"estimate"`
	}
	err := v.ask(http.MethodPost, "/api/v1/users:resolve?dry_run=true", asked, &plan)
	return plan.Estimate, err
}

// scope is whom a look-up of many is for: everybody, or those somebody could not find.
func scope(r *http.Request) map[string]any {
	asked := map[string]any{}
	if r.FormValue("only") == "failed" {
		asked["only"] = "failed"
	}
	return asked
}

func estimateUsers(v *visit) error {
	e, err := v.estimate(scope(v.r))
	if err != nil {
		return err
	}
	return v.part("estimate", manyView{Estimate: e})
}

// resolveUsers has everybody looked up again, or those who are not reached.
func resolveUsers(v *visit) error { return v.startMany("/api/v1/users:resolve", "", scope(v.r)) }

// importDMS brings in the users of SQLE's DMS, or tells what that would do. The token is
// handed on and kept nowhere.
func importDMS(v *visit) error {
	return v.startMany("/api/v1/users:import-dms", "dms-", map[string]any{
		"url": strings.TrimSpace(v.r.PostFormValue("url")), "token": strings.TrimSpace(v.r.PostFormValue("token")), "dry_run": v.r.PostFormValue("dry") != "",
	})
}
