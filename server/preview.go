package server

import (
	"context"
	"net/http"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// previewEvent explains who would be told of ev and how, before anything is sent.
// It stores nothing and asks no provider.
func (a *api) previewEvent(ctx context.Context, ev ticket.Event) (*eventOutput, error) {
	if ev.Source == "" {
		ev.Source = by(ctx)
	}
	if err := ev.Validate(); err != nil { // source and id may come from a header or a token
		return nil, err
	}
	plan, err := a.Desk.Preview(ctx, ev)
	if err != nil {
		return nil, err
	}
	out := &eventOutput{Status: http.StatusOK, Body: receiptOf(plan)}
	out.Body.DryRun = true
	return out, a.explainPlan(ctx, plan.Deliveries, out.Body.Deliveries)
}

// explainPlan adds to what is planned how each person would be reached.
func (a *api) explainPlan(ctx context.Context, deliveries []notify.Delivery, plan []planned) error {
	lang := current(ctx).language()
	known := map[string][]notify.Identity{}
	for i, d := range deliveries {
		p := &plan[i]
		if d.Reason != "" {
			p.Explanation = notify.ReasonWords(d.Reason).In(lang)
			continue
		}
		if known[d.Person] == nil {
			ids, err := a.Identities.Identities(ctx, d.To)
			if err != nil {
				return err
			}
			known[d.Person] = ids
		}
		for _, id := range known[d.Person] {
			if id.Channel == d.Channel {
				p.reached(explainID(id, lang))
			}
		}
	}
	return nil
}

// reached says how the person is reached. Somebody nobody has looked up yet would be
// looked up when it is sent.
func (p *planned) reached(id explainedIdentity) {
	p.Address, p.Origin, p.How, p.Explanation = id.Address, id.Origin, id.How, id.Explanation
	switch {
	case id.OK:
	case id.Reason == notify.ReasonNotAsked || id.Reason == notify.ReasonChannelOff:
		p.Reason = id.Reason
	default:
		p.Status, p.Reason = notify.Skipped, id.Reason
	}
}
