package notify_test

import (
	"bytes"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// painted is a picture of that size in a format.
func painted(t *testing.T, width, height int, write func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, image.NewRGBA(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(b *bytes.Buffer, m image.Image) error  { return png.Encode(b, m) }
func asJPEG(b *bytes.Buffer, m image.Image) error { return jpeg.Encode(b, m, nil) }
func asGIF(b *bytes.Buffer, m image.Image) error  { return gif.Encode(b, m, nil) }

func TestALogoIsASmallPicture(t *testing.T) {
	for media, write := range map[string]func(*bytes.Buffer, image.Image) error{"image/png": asPNG, "image/jpeg": asJPEG} {
		content := painted(t, notify.MaxLogoPixels, 40, write)
		l, err := notify.ReadLogo(content)
		if err != nil || l.Type != media || l.Width != notify.MaxLogoPixels || l.Height != 40 || l.Bytes != len(content) {
			t.Errorf("%s: got %s of %d × %d and %d bytes, %v", media, l.Type, l.Width, l.Height, l.Bytes, err)
		}
		again, _ := notify.ReadLogo(content)
		other, _ := notify.ReadLogo(painted(t, 12, 12, write))
		if again.Path() != l.Path() || other.Path() == l.Path() {
			t.Errorf("%s: got names %s, %s and %s, want one for each content", media, l.Path(), again.Path(), other.Path())
		}
	}
}

func TestALogoThatIsNoSmallPictureIsRefusedWithAdvice(t *testing.T) {
	tests := []struct {
		name, say string
		content   []byte
	}{
		{"too many bytes", "64 KiB", bytes.Repeat([]byte{1}, notify.MaxLogoBytes+1)},
		{"too many pixels", "is 513 × 9 pixels", painted(t, 513, 9, asPNG)},
		{"an SVG", "export it as PNG", []byte(`<?xml version="1.0"?> <SVG xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></SVG>`)},
		{"another format", "must be a PNG or JPEG", painted(t, 9, 9, asGIF)},
		{"half a picture", "must be a PNG or JPEG", painted(t, 200, 200, asPNG)[:100]},
		{"text", "must be a PNG or JPEG", []byte("logo")},
		{"nothing", "must be a PNG or JPEG", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := notify.ReadLogo(tt.content)
			invalid, ok := errors.AsType[*ticket.Invalid](err)
			if !ok || invalid.Fields[0].Field != "logo" || !strings.Contains(invalid.Fields[0].Message, tt.say) || invalid.Fields[0].Chinese == "" {
				t.Errorf("got %v, want the logo refused with %q", err, tt.say)
			}
		})
	}
}
