package server

import (
	"context"
	"net/http"
	"time"

	"ticketbell/access"
	"ticketbell/notify"
)

// Mutes keeps who wants no more news of which ticket.
type Mutes interface {
	// Mutes are the tickets somebody muted, the newest first.
	Mutes(ctx context.Context, username string) ([]notify.Mute, error)
	// Mute returns [notify.ErrNotFound] for a ticket they were never told of, and
	// [notify.ErrConflict] for one that is over.
	Mute(ctx context.Context, username, ticketID string, now time.Time) error
	// Unmute does nothing where nothing is muted.
	Unmute(ctx context.Context, username, ticketID string) error
}

// mutedTicket is a ticket the caller muted.
type mutedTicket struct {
	TicketID    string    `json:"ticket_id" doc:"The ticket in ticketbell."`
	TicketKey   string    `json:"ticket_key" doc:"The platform's number of the ticket."`
	TicketTitle string    `json:"ticket_title"`
	Project     string    `json:"project,omitempty" doc:"Name of the ticket's project."`
	MutedAt     time.Time `json:"muted_at"`
}

type mutesOutput struct {
	Body struct {
		Items []mutedTicket `json:"items" doc:"The newest first."`
	}
}

type muteInput struct {
	TicketID string `path:"ticket_id" maxLength:"128" doc:"Id of a ticket you were told of."`
}

func (a *api) registerMutes() {
	register(a, route{
		method: http.MethodGet, path: "/api/v1/me/mutes", id: "list-my-mutes", scope: access.Me, tag: tagPeople,
		title: "Which tickets I muted", fails: []int{404},
	}, a.listMutes)
	register(a, route{
		method: http.MethodPut, path: "/api/v1/me/mutes/{ticket_id}", id: "mute-ticket", scope: access.Me, tag: tagPeople, status: http.StatusNoContent,
		title: "Mute a ticket", fails: []int{404, 409},
		text: "You hear no more of its progress: such deliveries are `skipped` with the reason `muted`. What waits for you is still told, and so is how it ended to whoever " +
			"asked for it, a failure to whoever executes it, and an escalation. Ends with the ticket; 409 when that is over already.",
	}, func(ctx context.Context, in *muteInput) (*struct{}, error) {
		u, err := a.myself(ctx)
		if err != nil {
			return nil, err
		}
		return nil, a.Mutes.Mute(ctx, u.Username, in.TicketID, a.Now())
	})
	register(a, route{
		method: http.MethodDelete, path: "/api/v1/me/mutes/{ticket_id}", id: "unmute-ticket", scope: access.Me, tag: tagPeople,
		title: "Hear of a ticket again", text: "What was left out is not sent afterwards.", fails: []int{404},
	}, func(ctx context.Context, in *muteInput) (*struct{}, error) {
		u, err := a.myself(ctx)
		if err != nil {
			return nil, err
		}
		return nil, a.Mutes.Unmute(ctx, u.Username, in.TicketID)
	})
}

func (a *api) listMutes(ctx context.Context, _ *struct{}) (*mutesOutput, error) {
	u, err := a.myself(ctx)
	if err != nil {
		return nil, err
	}
	muted, err := a.Mutes.Mutes(ctx, u.Username)
	if err != nil {
		return nil, err
	}
	out := &mutesOutput{}
	out.Body.Items = mapped(muted, func(m notify.Mute) mutedTicket {
		return mutedTicket{m.Ticket, m.Key, m.Title, m.Project, m.At}
	})
	return out, nil
}
