// Package browser plays stories on the pages in a real browser: it starts the binary
// and Chromium, and does what a person would, by the words a person reads.
//
// A story opens a house ([demo], [serve]) and a window on it, and goes on from there:
//
//	w := demo(t).window()
//	w.visit("/tokens")
//	w.click("新建令牌")
//	w.fill("名称", "sqle")
//
// Whatever the story is about, a window fails it when the console says an error or a
// request leaves the house. With TICKETBELL_TEST_SHOTS=DIR a picture of a failed
// window, and each one a story asks for, is written there.
package browser
