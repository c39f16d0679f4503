// Runs before the first paint, so that nobody sees the wrong theme flash by.
const dark = matchMedia("(prefers-color-scheme: dark)");
function paint() {
  const root = document.documentElement;
  const chosen = root.dataset.theme;
  root.dataset.bsTheme = chosen === "dark" || (chosen === "auto" && dark.matches) ? "dark" : "light";
}
dark.addEventListener("change", paint);
document.documentElement.addEventListener("theme", paint);
paint();
