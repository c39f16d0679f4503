package server

import "ticketbell/ticket"

// events are the groups of news somebody hears of; what is absent from a change stays.
type events struct {
	ToDo    *bool `json:"to_do,omitempty" doc:"What waits for the person, and how it ended that they asked for. Cannot be switched off."`
	Created *bool `json:"created,omitempty" doc:"Progress of what they asked for; how it ended is told in any case."`
	Handled *bool `json:"handled,omitempty" doc:"How it ended that they execute, or were asked to act on."`
	Copied  *bool `json:"copied,omitempty" doc:"What the platform names them for, and nothing else."`
}

func eventsOf(u ticket.Unwanted) *events {
	hears := func(unwanted bool) *bool { return new(!unwanted) }
	return &events{ToDo: hears(false), Created: hears(u.Created), Handled: hears(u.Handled), Copied: hears(u.Copied)}
}

// wrong refuses to leave somebody without what waits for them.
func (e *events) wrong() []ticket.FieldError {
	if e == nil || e.ToDo == nil || *e.ToDo {
		return nil
	}
	return []ticket.FieldError{{
		Field: "events.to_do", Code: "invalid",
		Message: "cannot be switched off: nobody else would be told what waits for this person",
		Chinese: "不能关闭：等本人处理的工单必须通知到本人",
	}}
}

func (e *events) apply(u *ticket.Unwanted) {
	if e == nil {
		return
	}
	for _, f := range []struct {
		unwanted *bool
		hears    *bool
	}{{&u.Created, e.Created}, {&u.Handled, e.Handled}, {&u.Copied, e.Copied}} {
		if f.hears != nil {
			*f.unwanted = !*f.hears
		}
	}
}
