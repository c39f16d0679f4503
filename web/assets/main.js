// The playground: puts the parts together.
import { byId } from "./dom.js";
import { mount as mountCall } from "./call.js";
import { remember } from "./cookie.js";
import { mount as mountDeliveries } from "./deliveries.js";
import { mount as mountDevices } from "./devices.js";
import { mount as mountForm } from "./form.js";
import { follow, recall, refresh } from "./live.js";
import { mount as mountProgress } from "./progress.js";
import { mount as mountReason } from "./reason.js";
import { on, ring } from "./state.js";
import { mount as mountStory, play } from "./story.js";
import { choose, language, t, write } from "./texts.js";

const themes = ["auto", "light", "dark"];

function theme() {
  const chosen = document.documentElement.dataset.theme;
  return themes.includes(chosen) ? chosen : "auto";
}

function drawTheme() {
  byId("theme").textContent = t(`theme.${theme()}`);
}

function nextTheme() {
  const next = themes[(themes.indexOf(theme()) + 1) % themes.length];
  if (next === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  remember("theme", next);
  drawTheme();
}

byId("theme").addEventListener("click", nextTheme);
byId("language").addEventListener("click", () => {
  choose(language() === "en" ? "zh" : "en");
  ring("language");
});
on("language", drawTheme);

// The menu of a narrow window opens below its button, and Escape closes it.
function showMenu(open) {
  document.documentElement.classList.toggle("menu-open", open);
  byId("menu-button").setAttribute("aria-expanded", String(open));
}
byId("menu-button").addEventListener("click", () => showMenu(byId("menu-button").getAttribute("aria-expanded") !== "true"));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || byId("menu-button").getAttribute("aria-expanded") !== "true") return;
  showMenu(false);
  byId("menu-button").focus();
});

write();
drawTheme();
[mountForm, mountReason, mountProgress, mountDevices, mountDeliveries, mountCall, mountStory].forEach((mount) => mount());
await refresh();
await recall();
follow();
document.documentElement.dataset.ready = "true"; // for whoever watches the page from outside

// A link to /#story plays at once.
if (location.hash === "#story") play();
