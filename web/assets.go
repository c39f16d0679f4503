package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed assets pages texts.json
var embedded embed.FS

// assets serves the embedded styles, scripts and pictures from a folder that is named
// after their content: they may be cached for ever, and a new binary shows its own.
// The scripts import one another by relative path and so stay in the same folder.
type assets struct {
	folder string
	files  map[string][]byte
}

func loadAssets() *assets {
	a := &assets{files: map[string][]byte{}}
	sum := sha256.New()
	err := fs.WalkDir(embedded, "assets", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := embedded.ReadFile(name)
		if err != nil {
			return err
		}
		sum.Write([]byte(name))
		sum.Write(content)
		a.files[strings.TrimPrefix(name, "assets/")] = content
		return nil
	})
	if err != nil {
		panic(err) // only a broken build gets here
	}
	a.folder = "/assets/" + hex.EncodeToString(sum.Sum(nil))[:12] + "/"
	return a
}

func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, current := strings.CutPrefix(r.URL.Path, a.folder)
	content, found := a.files[name]
	if !current || !found {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", contentType(name))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(content)
}

// favicon answers browsers that ask for the icon without having read the page.
func (a *assets) favicon(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", contentType("favicon.svg"))
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = w.Write(a.files["favicon.svg"])
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
