package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"ticketbell/cards"
	"ticketbell/notify"
)

// Brand knows what the installation goes by. Everybody sees it, who is signed in or not.
type Brand interface {
	Settings(ctx context.Context) (notify.Settings, error)
	// Logo and LogoContent are a [notify.ErrNotFound] where there is none; the first leaves
	// the content out.
	Logo(ctx context.Context) (notify.Logo, error)
	LogoContent(ctx context.Context) (notify.Logo, error)
}

// brandView is a name and, unless it is nil, the picture beside it.
type brandView struct {
	Name cards.Text `json:"name"`
	Logo *logoView  `json:"logo"`
}

type logoView struct {
	URL    string `json:"url"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Bytes  int    `json:"bytes"`
}

// KiB is how large the picture is, in kibibytes, rounded up.
func (l logoView) KiB() int { return (l.Bytes + 1023) / 1024 }

// brand is what the page is headed with. Where it cannot be read the page is headed with
// our own: that is better than no page.
func (v *visit) brand() brandView {
	view := brandView{Name: cards.Brand("")}
	asked := v.site.cfg.Brand
	if asked == nil {
		return view
	}
	ctx := v.r.Context()
	s, err := asked.Settings(ctx)
	if err == nil {
		view.Name = s.Brand()
	}
	l, unread := asked.Logo(ctx)
	if unread == nil {
		view.Logo = &logoView{URL: l.Path()}
	}
	if errors.Is(unread, notify.ErrNotFound) {
		unread = nil
	}
	if err := errors.Join(err, unread); err != nil {
		v.site.cfg.Log.WarnContext(ctx, "the name of the installation cannot be read", "error", err)
	}
	return view
}

// titled is the page's title, with the name of the installation in it or behind it.
func (v *visit) titled(brand cards.Text) (cards.Text, error) {
	key := v.page.name + ".title"
	title, err := v.site.words.text(key, "brand", brand)
	if !strings.Contains(v.site.words[key].ZH, "{brand}") {
		title = cards.Text{ZH: title.ZH + " · " + brand.ZH, EN: title.EN + " · " + brand.EN}
	}
	return title, err
}

// logo serves the picture, under the one name that its content has.
func (s *Site) logo(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Brand == nil {
		http.NotFound(w, r)
		return
	}
	l, err := s.cfg.Brand.LogoContent(r.Context())
	switch {
	case errors.Is(err, notify.ErrNotFound), err == nil && l.Path() != r.URL.Path:
		http.NotFound(w, r)
		return
	case err != nil:
		s.cfg.Log.ErrorContext(r.Context(), "the logo cannot be read", "error", err)
		http.Error(w, "the logo cannot be read", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", l.Type)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(l.Content)
}

// mostLogo is how many bytes an upload may have: enough for the API to say by how much it
// is too large.
const mostLogo = 1 << 20

// saveLogo takes a picture from a form.
func saveLogo(v *visit) error {
	content, err := v.upload(mostLogo)
	if err != nil {
		return v.logoPart(&refusal{Errors: []mistake{{Field: "logo", Message: v.site.words["channels.logo.large"].In(v.lang)}}})
	}
	if len(content) == 0 {
		return v.logoPart(&refusal{Errors: []mistake{{Field: "logo", Message: v.site.words["channels.logo.missing"].In(v.lang)}}})
	}
	_, err = v.call(http.MethodPut, "/api/v1/brand/logo", http.DetectContentType(content), content)
	return v.logoChanged(err)
}

// removeLogo goes back to our own picture.
func removeLogo(v *visit) error {
	err := v.ask(http.MethodDelete, "/api/v1/brand/logo", nil, nil)
	if no, ok := errors.AsType[*refusal](err); ok && no.Status == http.StatusNotFound {
		err = nil // somebody else was faster
	}
	return v.logoChanged(err)
}

// upload is the file of a form, nil where none was chosen. An error is one that is larger
// than most.
func (v *visit) upload(most int64) ([]byte, error) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, most)
	file, _, err := v.r.FormFile("file")
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, err
	}
	if err != nil {
		return nil, nil // none was chosen
	}
	defer file.Close()
	return io.ReadAll(file)
}

func (v *visit) logoChanged(err error) error {
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		return v.logoPart(no)
	}
	if err != nil {
		return err
	}
	return v.logoPart(nil)
}

// logoPart is the panel again, with why the picture was refused, or, for nil, with the one
// that is now on every page.
func (v *visit) logoPart(no *refusal) error {
	if !v.htmx() && no == nil {
		return v.to("/channels#general")
	}
	g, err := v.general()
	if err != nil {
		return err
	}
	if g.LogoRefusal = no; no != nil {
		return v.refused("general", g)
	}
	g.Saved = true
	return v.part("general", g)
}
