package web

import (
	"crypto/rand"
	"encoding/json"
	"maps"
	"strings"

	"ticketbell/access"
	"ticketbell/cards"
)

// Playground is what visitors of the demo play with: simulated devices.
type Playground struct {
	// Token is an API token that may submit and move tickets, read deliveries and test
	// channels. It is written into the page: whoever can open the page can use it.
	Token string
	// People may be chosen as creator and as owner of a device, in this order.
	People []Person
	// Projects may be chosen for a ticket, in this order.
	Projects []Project
	// Steps are the names of steps that a ticket may come to.
	Steps []string
}

// Person is somebody the page can act as.
type Person struct {
	Username string `json:"username"`
	Name     string `json:"name"`
}

// Project is where a ticket belongs; its key picks the flow.
type Project struct {
	Key  string
	Name cards.Text
}

// playgroundPage is 演练场. With a playground it stands first and has the devices; without
// one a sample ticket can be played through the real channels, to oneself.
func playgroundPage(p *Playground) page {
	pg := page{
		name: "playground", path: "/playground", scope: access.ChannelsTest, letter: "p",
		styles: []string{"base.css", "layout.css", "devices.css"},
	}
	if p != nil {
		pg.scope, pg.scripts = access.Me, []string{"main.js"}
		pg.routes = append(pg.routes, shows("/{$}", pg.scope, showPlayground))
	}
	pg.routes = append(pg.routes, shows("/playground", pg.scope, showPlayground), takes("/playground/play", access.ChannelsTest, playReal))
	return pg
}

// scene is what the template sees.
type scene struct {
	People   []Person
	Projects []Project
	Setup    setup
	Modes    modes
	// Channels are the real ones that are on, Left the tests that may be made yet, and
	// Played is what came of one.
	Channels []string
	Left     leftTests
	Played   *played
}

// setup is what the scripts read from the page.
type setup struct {
	Token  string   `json:"token"`
	People []Person `json:"people"`
	// Nonce admits the styles of a mail shown on the page, and no others.
	Nonce string `json:"nonce"`
	// Steps are the names of steps as they are said in each language.
	Steps map[string]cards.Text `json:"steps"`
}

func showPlayground(v *visit) error {
	s, err := v.real()
	if err != nil {
		return err
	}
	play := v.site.cfg.Playground
	if play == nil || (s.Modes.Offered && v.r.URL.Query().Get("mode") == "real") {
		return v.showReal(s)
	}
	s.Modes.Real, v.page.plain = false, true
	nonce := rand.Text()
	steps := map[string]cards.Text{}
	for _, name := range play.Steps {
		steps[name] = cards.StepName(name)
	}
	v.policy = playgroundPolicy(nonce)
	s.People, s.Projects = play.People, play.Projects
	s.Setup = setup{Token: play.Token, People: play.People, Nonce: nonce, Steps: steps}
	return v.show(s)
}

// spoken are the texts that the scripts of a page say.
func (s *Site) spoken(page string) json.RawMessage {
	if page != "playground" {
		return s.words.forScripts(page)
	}
	said := s.words.begun("frame.js.")
	maps.Copy(said, loadTexts())
	return written(said)
}

// playgroundPolicy is that of the other pages, and admits the styles of a mail by nonce:
// a mail is shown in a frame without scripts, which lives under the policy of the page.
// Trusted Types make the browser refuse every string that is turned into HTML, except in
// assets/mail.js; htmx, which does so, is not on the page.
func playgroundPolicy(nonce string) string {
	return strings.Replace(sitePolicy, "style-src 'self'", "style-src 'self' 'nonce-"+nonce+"'", 1) +
		"; require-trusted-types-for 'script'; trusted-types mail"
}
