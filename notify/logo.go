package notify

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg" // one of the two formats a logo may have
	"image/png"  // the other one
	"strings"

	"ticketbell/ticket"
)

// How large a logo may be: in bytes, and in pixels to each side.
const (
	MaxLogoBytes  = 64 << 10
	MaxLogoPixels = 512
)

// Logo is a picture that stands beside the name of the installation.
type Logo struct {
	// Hash is of the content and names the picture, so that it may be cached for ever.
	Hash string
	// Type is its media type, image/png or image/jpeg.
	Type          string
	Width, Height int
	// Bytes is how long Content is, which is nil where nobody asked for it.
	Bytes   int
	Content []byte
}

// LogoFolder is where the pages serve the picture.
const LogoFolder = "/brand/"

// Path is where the pages serve the picture: another one for each content.
func (l Logo) Path() string { return LogoFolder + l.Hash + "." + strings.TrimPrefix(l.Type, "image/") }

// ReadLogo checks that content is a picture every browser shows and none runs anything of,
// small enough to stand on each page. What it refuses it for is an [*ticket.Invalid].
func ReadLogo(content []byte) (Logo, error) {
	if len(content) > MaxLogoBytes {
		return Logo{}, wrongLogo("too_long", "must have at most 64 KiB; export it smaller", "不能超过 64 KiB，请导出小一些的图片")
	}
	if bytes.Contains(bytes.ToLower(content[:min(len(content), 1024)]), []byte("<svg")) {
		return Logo{}, wrongLogo("invalid", "must be PNG or JPEG: an SVG can hold scripts; export it as PNG", "只接受 PNG 或 JPEG：SVG 里可能有脚本，请导出为 PNG")
	}
	l, err := measured(content)
	if err != nil {
		return Logo{}, err
	}
	sum := sha256.Sum256(content)
	l.Hash, l.Bytes, l.Content = hex.EncodeToString(sum[:16]), len(content), content
	return l, nil
}

// measured reads the picture. It is decoded only when its head says that it is small.
func measured(content []byte) (Logo, error) {
	unreadable := wrongLogo("invalid", "must be a PNG or JPEG picture", "必须是完好的 PNG 或 JPEG 图片")
	head, format, err := image.DecodeConfig(bytes.NewReader(content))
	decode := png.Decode
	switch {
	case err != nil:
		return Logo{}, unreadable
	case format == "jpeg":
		decode = jpeg.Decode
	case format != "png": // whatever else this program can read
		return Logo{}, unreadable
	}
	if head.Width > MaxLogoPixels || head.Height > MaxLogoPixels {
		size := fmt.Sprintf("%d × %d", head.Width, head.Height)
		return Logo{}, wrongLogo("too_long",
			fmt.Sprintf("is %s pixels; at most %d × %d are taken", size, MaxLogoPixels, MaxLogoPixels),
			fmt.Sprintf("是 %s 像素，最多 %d × %d", size, MaxLogoPixels, MaxLogoPixels))
	}
	if _, err := decode(bytes.NewReader(content)); err != nil {
		return Logo{}, unreadable
	}
	return Logo{Type: "image/" + format, Width: head.Width, Height: head.Height}, nil
}

func wrongLogo(code, message, chinese string) error {
	return &ticket.Invalid{Fields: []ticket.FieldError{{Field: "logo", Code: code, Message: message, Chinese: chinese}}}
}
