// Runs before the first paint, so that nobody sees the wrong theme flash by. The choice
// is that of the other pages.
const [, theme] = document.cookie.match(/(?:^|; )theme=(light|dark)/) ?? [];
if (theme) document.documentElement.dataset.theme = theme;
