package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed assets pages texts
var embedded embed.FS

// assets serves the embedded styles, scripts and pictures from a folder that is named
// after their content: they may be cached for ever, and a new binary shows its own.
// The scripts import one another by relative path and so stay in the same folder.
type assets struct {
	folder string
	// zipped are the files by name as they travel, each compressed when first asked for.
	zipped map[string]func() []byte
}

func loadAssets() *assets {
	a := &assets{zipped: map[string]func() []byte{}}
	sum := sha256.New()
	err := fs.WalkDir(embedded, "assets", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) == ".md" {
			return err
		}
		content, err := embedded.ReadFile(name)
		if err != nil {
			return err
		}
		sum.Write([]byte(name))
		sum.Write(content)
		name = strings.TrimPrefix(name, "assets/")
		a.zipped[name] = sync.OnceValue(func() []byte { return zip(plain(name)) })
		return nil
	})
	if err != nil {
		panic(err) // only a broken build gets here
	}
	a.folder = "/assets/" + hex.EncodeToString(sum.Sum(nil))[:12] + "/"
	return a
}

// plain is the content of an embedded file; it is read anew each time, for what every
// browser keeps need not be held in memory a second time.
func plain(name string) []byte {
	content, err := embedded.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // the name is of our own list
	}
	return content
}

func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, current := strings.CutPrefix(r.URL.Path, a.folder)
	zipped, found := a.zipped[name]
	if !current || !found {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", contentType(name))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	// A message is drawn in a frame without an origin; the files hold nothing of anybody.
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	w.Header().Set("Vary", "Accept-Encoding")
	if takesGzip(r) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(zipped())
		return
	}
	_, _ = w.Write(plain(name)) //nolint:gosec // one of our own files
}

// favicon answers browsers that ask for the icon without having read the page.
func (a *assets) favicon(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", contentType("favicon.svg"))
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = w.Write(plain("favicon.svg"))
}

// contentType is written out because package mime reads the tables of the machine,
// and a script of the wrong type does not run under nosniff.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return "application/octet-stream"
}

// takesGzip reports whether the browser unpacks gzip. All of them do; a program that
// reads pages may not.
func takesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			return strings.ReplaceAll(q, " ", "") != "q=0"
		}
	}
	return false
}

// zip compresses content as well as gzip can.
func zip(content []byte) []byte {
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // the level is a valid one
	_, _ = w.Write(content)                                    // a buffer takes everything
	_ = w.Close()
	return packed.Bytes()
}
