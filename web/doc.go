// Package web serves the pages, embedded in the binary: hand-written HTML, CSS and ES
// modules with htmx and Tabler beside them, no build step and nothing from outside.
//
// The administrator's pages are a [Site]. It asks the API in the process, on the
// visitor's behalf: whatever works on a page works for a program too, and every check of
// the API holds for the pages. To add a page NAME, write
//
//   - pages/NAME.html with the block "main", and further blocks that htmx fetches;
//   - texts/NAME.json with every text of it, in both languages, its keys beginning with
//     "NAME."; those that scripts say begin with "NAME.js.";
//   - NAME.go with its routes, each with the scope it takes, and list it in page.go.
//
// Every text reaches the browser in both languages, so that switching asks nobody and
// loses nothing that was typed (see funcs).
//
// The playground (演练场) is one of the pages; `bot demo` gives it devices, see [Playground].
// [LoopbackOnly] keeps a page with a token in it from being read through DNS rebinding.
package web
