// Runs before the first paint, so that nobody sees the wrong theme flash by.
const theme = localStorage.getItem("theme");
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
