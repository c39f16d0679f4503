package server

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

type drawingInput struct {
	Channel notify.Channel `path:"channel" enum:"feishu,wecom,mail"`
	Body    struct {
		State    ticket.Status              `json:"state" enum:"waiting_review,waiting_execution,executing,rejected,succeeded,failed,completed,canceled" doc:"How the ticket stands, which does not exist."`
		Reader   ticket.Role                `json:"reader,omitempty" enum:"assignee,executor,creator" doc:"Who reads it. Default: assignee while somebody must act, else creator."`
		Step     *ticket.Step               `json:"step,omitempty" doc:"The step the ticket is at."`
		Language cards.Language             `json:"language,omitempty" enum:"zh,en" doc:"Default: the caller's."`
		Draft    map[string]json.RawMessage `json:"draft,omitempty" doc:"Fields of the channel that are not saved yet, such as its style."`
	}
}

type drawingOutput struct{ Body shownCard }

func (a *api) registerDrawing() {
	register(a, route{
		method: http.MethodPost, path: "/api/v1/channels/{channel}/preview", id: "preview-channel", scope: access.ConfigRead, tag: tagChannels, noting: never,
		title: "What a channel would show", text: "Lays a made-up ticket out as the channel would send it, and sends nothing. The channel need not be on, nor complete.",
		fails: []int{400}, example: map[string]any{"state": "waiting_review", "language": "zh"},
	}, a.drawSample)
}

// A made-up ticket has a link, because messages without one look otherwise.
const (
	sampleID  = "evt_00001024"
	sampleURL = "https://tickets.example.com/1024"
)

func (a *api) drawSample(ctx context.Context, in *drawingInput) (*drawingOutput, error) {
	ev, reader := cards.SampleEvent(in.Body.State, a.Now())
	ev.ID, ev.Ticket.URL = sampleID, sampleURL
	if in.Body.Step != nil {
		ev.Ticket.Step = in.Body.Step
	}
	payload, err := a.Channels.Draw(ctx, in.Channel, notify.Drawing{
		Event: ev, Reader: cmp.Or(in.Body.Reader, reader), Language: cmp.Or(in.Body.Language, current(ctx).language()), Draft: in.Body.Draft,
	})
	if err != nil {
		return nil, err
	}
	return &drawingOutput{shownCard{in.Channel, takenApart(notify.Delivery{Channel: in.Channel, Payload: payload})}}, nil
}
