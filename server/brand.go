package server

import (
	"context"
	"errors"
	"net/http"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
)

// Logos keeps the picture beside the name of the installation; none is a
// [notify.ErrNotFound].
type Logos interface {
	Logo(ctx context.Context) (notify.Logo, error)
	PutLogo(ctx context.Context, l notify.Logo) error
	DeleteLogo(ctx context.Context) error
}

// brand is what the installation goes by.
type brand struct {
	Name cards.Text `json:"name" doc:"What pages and messages call it, to readers of either language: brand_name, or ticketbell's own name."`
	Logo *logo      `json:"logo,omitempty" doc:"The picture beside the name; absent: ticketbell's own."`
}

type logo struct {
	URL       string `json:"url" doc:"Path on this server. It changes with the picture and may be cached for ever." example:"/brand/3f9a21c05d7e4b18a6c2e9d01f4b7a53.png"`
	MediaType string `json:"media_type" enum:"image/png,image/jpeg"`
	Width     int    `json:"width"`
	Height    int    `json:"height"`
	Bytes     int    `json:"bytes"`
}

type brandOutput struct{ Body brand }

type logoInput struct {
	RawBody []byte `contentType:"image/png"`
}

func (a *api) registerBrand() {
	const path = "/api/v1/brand/logo"
	register(a, route{
		method: http.MethodGet, path: "/api/v1/brand", id: "get-brand", scope: access.ConfigRead, tag: tagSettings, title: "Name and logo",
		text: "The name is set as `brand_name` of the settings.",
	}, a.getBrand)
	register(a, route{
		method: http.MethodPut, path: path, id: "put-logo", scope: access.ConfigWrite, tag: tagSettings, title: "Set the logo",
		text: "The body is a PNG or JPEG of at most 64 KiB and 512 × 512 pixels; an SVG is refused, for it can hold scripts. Whoever opens the sign-in page sees it. Send it with " +
			"`curl -X PUT --data-binary @logo.png -H \"Content-Type: image/png\"`.",
		anyMedia: true, fails: []int{400, 413},
	}, a.putLogo)
	register(a, route{
		method: http.MethodDelete, path: path, id: "delete-logo", scope: access.ConfigWrite, tag: tagSettings, title: "Go back to ticketbell's own logo", fails: []int{404},
	}, func(ctx context.Context, _ *struct{}) (*struct{}, error) { return nil, a.Logos.DeleteLogo(ctx) })
}

func (a *api) getBrand(ctx context.Context, _ *struct{}) (*brandOutput, error) {
	s, err := a.Settings.Settings(ctx)
	if err != nil {
		return nil, err
	}
	out := &brandOutput{brand{Name: s.Brand()}}
	l, err := a.Logos.Logo(ctx)
	if errors.Is(err, notify.ErrNotFound) {
		return out, nil
	}
	out.Body.Logo = &logo{l.Path(), l.Type, l.Width, l.Height, l.Bytes}
	return out, err
}

func (a *api) putLogo(ctx context.Context, in *logoInput) (*brandOutput, error) {
	l, err := notify.ReadLogo(in.RawBody)
	if err != nil {
		return nil, err
	}
	if err := a.Logos.PutLogo(ctx, l); err != nil {
		return nil, err
	}
	return a.getBrand(ctx, nil)
}
