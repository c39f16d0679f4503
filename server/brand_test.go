package server

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"ticketbell/cards"
	"ticketbell/notify"
)

func aLogo(t *testing.T, width, height int) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTheInstallationIsNamedAndGoesBackToOurName(t *testing.T) {
	h := newHouse(t)
	for _, tt := range []struct {
		patch string
		want  cards.Text
	}{
		{`{}`, cards.Text{ZH: "工单通知", EN: "ticketbell"}},
		{`{"brand_name":" 变更台 "}`, cards.Same("变更台")},
		{`{"brand_name":"` + strings.Repeat("工", 30) + `"}`, cards.Same(strings.Repeat("工", 30))},
		{`{"brand_name":""}`, cards.Text{ZH: "工单通知", EN: "ticketbell"}},
	} {
		if got := h.asRoot("PATCH", "/api/v1/settings", tt.patch); got.status != http.StatusOK {
			t.Fatalf("%s: got %d %s", tt.patch, got.status, got.body)
		}
		var got brand
		h.asRoot("GET", "/api/v1/brand", "").into(t, http.StatusOK, &got)
		if got.Name != tt.want || got.Logo != nil {
			t.Errorf("%s: got %+v, want the name %+v and no logo", tt.patch, got, tt.want)
		}
	}
}

func TestALogoIsPutAndTakenAway(t *testing.T) {
	h := newHouse(t)
	if got := h.asRoot("DELETE", "/api/v1/brand/logo", ""); got.status != http.StatusNotFound {
		t.Errorf("got %d, want 404 where there is none", got.status)
	}
	picture := aLogo(t, 48, 32)
	var put, read brand
	h.asRoot("PUT", "/api/v1/brand/logo", picture, "Content-Type: image/png").into(t, http.StatusOK, &put)
	h.asRoot("GET", "/api/v1/brand", "").into(t, http.StatusOK, &read)
	want := logo{notify.LogoFolder + h.rooms.logo.Hash + ".png", "image/png", 48, 32, len(picture)}
	if put.Logo == nil || read.Logo == nil || *put.Logo != want || *read.Logo != want {
		t.Errorf("got %+v, then %+v, want %+v", put.Logo, read.Logo, want)
	}
	if string(h.rooms.logo.Content) != picture {
		t.Error("what was kept is not what was sent")
	}
	if got := h.asRoot("DELETE", "/api/v1/brand/logo", ""); got.status != http.StatusNoContent || h.rooms.logo != nil {
		t.Errorf("got %d, want the logo gone", got.status)
	}
	said := make([]string, 0, 2)
	for _, e := range h.rooms.noted {
		said = append(said, e.Action)
	}
	if got := strings.Join(said, " "); got != "put-logo delete-logo" {
		t.Errorf("got %q written down, want both", got)
	}
}

func TestWhatIsNoLogoIsRefusedInTheReadersWords(t *testing.T) {
	h := newHouse(t)
	svg := `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
	for _, tt := range []struct{ name, body, media, say string }{
		{"an SVG", svg, "image/svg+xml", "SVG 里可能有脚本，请导出为 PNG"},
		{"an SVG that says it is none", svg, "image/png", "SVG 里可能有脚本，请导出为 PNG"},
		{"too large", aLogo(t, 513, 513), "image/png", "是 513 × 513 像素，最多 512 × 512"},
		{"nothing", "", "image/png", "必填"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := h.asRoot("PUT", "/api/v1/brand/logo", tt.body, "Content-Type: "+tt.media, "Accept-Language: zh")
			if got.status != http.StatusBadRequest || !strings.Contains(got.body, tt.say) || h.rooms.logo != nil {
				t.Errorf("got %d %s, want it refused with %q", got.status, got.body, tt.say)
			}
		})
	}
	if got := h.asRoot("PUT", "/api/v1/brand/logo", strings.Repeat("x", 1<<20+1), "Content-Type: image/png"); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("got %d for more than a mebibyte, want 413", got.status)
	}
}
