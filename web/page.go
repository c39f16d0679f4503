package web

import "ticketbell/access"

// page is one of the pages: pages/NAME.html holds what it looks like, texts/NAME.json
// what it says, and NAME.go what it does.
type page struct {
	// name is also the key of its title: "NAME.title".
	name string
	path string
	// scope is what a visitor must be allowed for the page to stand in the navigation.
	scope access.Scope
	// letter opens the page after g; "" for none.
	letter string
	// apart sets the page off in the navigation.
	apart bool
	// alone draws the page without the navigation, in which it does not stand either.
	alone bool
	// plain spares the page htmx: nothing on it asks for parts.
	plain bool
	// styles and scripts are assets beyond the frame's own.
	styles, scripts []string
	routes          []route
}

// all are the pages in the order of the navigation.
func (s *Site) all() []page {
	return []page{
		overviewPage(s.cfg.Playground == nil),
		channelsPage(),
		usersPage(),
		flowsPage(),
		deliveriesPage(),
		playgroundPage(s.cfg.Playground),
		tokensPage(),
		auditPage(),
		mePage(),
		streamPage(),
		signInPage(s.cfg.Visitor != "", s.cfg.Company),
		setUpPage(),
	}
}

// navigation is a page as the frame lists it.
type navigation struct {
	// Name names the icon, Title the text.
	Name, Title, Path, Letter string
	Here, Apart               bool
}

// navigation lists the pages the visitor may open.
func (v *visit) navigation() []navigation {
	var items []navigation
	for _, p := range v.site.pages {
		if !p.alone && v.who.Allows(p.scope) {
			items = append(items, navigation{p.name, p.name + ".title", p.path, p.letter, p.name == v.page.name, p.apart})
		}
	}
	return items
}

// home is the first page a visitor may open.
func (v *visit) home() string {
	for _, p := range v.site.pages {
		if !p.alone && v.who.Allows(p.scope) {
			return p.path
		}
	}
	return "/signin"
}
