package web

import (
	"bytes"
	"crypto/rand"
	"html/template"
	"io/fs"
	"net/http"

	"ticketbell/cards"
)

// PlaygroundConfig is what the playground knows about the house it is served in.
type PlaygroundConfig struct {
	// Token is an API token that may submit and move tickets, read deliveries and test
	// channels. It is written into the page: whoever can open the page can use it.
	Token string
	// People may be chosen as creator and as owner of a device, in this order.
	People []Person
	// Projects may be chosen for a ticket, in this order. None means 支付中心 (pay).
	Projects []Project
	// Version is shown in the foot of the page.
	Version string
	// LoopbackOnly refuses every Host that is not this machine's own, see [LoopbackOnly].
	LoopbackOnly bool
}

// Person is somebody the page can act as.
type Person struct {
	Username string `json:"username"`
	Name     string `json:"name"`
}

// Project is where a ticket belongs; its key picks the flow.
type Project struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

// Playground returns the playground page at "/" and "/playground" with its assets below "/assets/".
// Anything else is 404.
func Playground(cfg PlaygroundConfig) http.Handler {
	if len(cfg.Projects) == 0 {
		cfg.Projects = []Project{{Key: "pay", Name: "支付中心"}}
	}
	words, held := loadTexts(), loadAssets()
	p := &playground{cfg: cfg, words: words, assets: held, pages: parsePages(words)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.serve)
	mux.HandleFunc("GET /playground", p.serve)
	mux.Handle("GET /assets/", held)
	mux.HandleFunc("GET /favicon.ico", held.favicon)
	if cfg.LoopbackOnly {
		return LoopbackOnly(secured(mux))
	}
	return secured(mux)
}

type playground struct {
	cfg    PlaygroundConfig
	words  texts
	assets *assets
	pages  map[cards.Language]*template.Template
}

// scene is what the template sees.
type scene struct {
	Language cards.Language
	// Assets is the folder of the assets, with a slash at its end.
	Assets  string
	Version string
	// Nonce admits the styles of a mail shown on the page, and no others.
	Nonce    string
	People   []Person
	Projects []Project
	Setup    setup
	Texts    texts
}

// setup is what the scripts read from the page.
type setup struct {
	Token  string   `json:"token"`
	People []Person `json:"people"`
	Nonce  string   `json:"nonce"`
}

func (p *playground) serve(w http.ResponseWriter, r *http.Request) {
	lang, nonce := languageOf(r), rand.Text()
	var page bytes.Buffer
	err := p.pages[lang].Execute(&page, scene{
		Language: lang, Assets: p.assets.folder, Version: p.cfg.Version, Nonce: nonce,
		People: p.cfg.People, Projects: p.cfg.Projects, Texts: p.words,
		Setup: setup{Token: p.cfg.Token, People: p.cfg.People, Nonce: nonce},
	})
	if err != nil {
		http.Error(w, "the page cannot be drawn", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store") // there is a token in it
	h.Set("Content-Security-Policy", pagePolicy(nonce))
	_, _ = page.WriteTo(w) // a reader who left is no fault of ours
}

// languageOf is what the page is written in: what its address says, else what the
// reader chose before, on this page or another, else Chinese.
func languageOf(r *http.Request) cards.Language {
	said := r.URL.Query().Get("lang")
	if c, err := r.Cookie(languageCookie); err == nil && said == "" {
		said = c.Value
	}
	if said == string(cards.English) {
		return cards.English
	}
	return cards.Chinese
}

// parsePages prepares the page once per language. The templates are embedded, so a
// fault in them is a fault of the build, and panics.
func parsePages(words texts) map[cards.Language]*template.Template {
	sources, err := fs.Sub(embedded, "pages")
	if err != nil {
		panic(err)
	}
	pages := map[cards.Language]*template.Template{}
	for _, lang := range cards.Languages() {
		say := template.FuncMap{"say": func(key string) (string, error) { return words.say(key, lang) }}
		pages[lang] = template.Must(template.New("playground.html").Funcs(say).ParseFS(sources, "playground.html", "form.html"))
	}
	return pages
}
