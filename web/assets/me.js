// The theme, chosen on one's own page.
import { choose } from "./frame.js";

function press(theme) {
  for (const button of document.querySelectorAll("[data-choose-theme]")) {
    button.setAttribute("aria-pressed", String(button.dataset.chooseTheme === theme));
  }
}
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-choose-theme]");
  if (button) choose(button.dataset.chooseTheme);
});
document.addEventListener("theme-changed", (event) => press(event.detail));
