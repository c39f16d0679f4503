// A preview of messages: a state, a channel, a light and a language lead to one picture.
import "./picture.js";
import { tabs } from "./tabs.js";
import { language } from "./words.js";

// What is drawn anew brings its preview along; each is wired once.
function wire() {
  for (const box of document.querySelectorAll("[data-preview]:not([data-ready])")) {
    box.dataset.ready = "true";
    const of = (id) => box.querySelector(`#preview-${id}`);
    const look = () => {
      const channel = box.querySelector("[aria-selected=true]").dataset.channel;
      const asked = `channel=${channel}&lang=${of("english").checked ? "en" : "zh"}&theme=${of("dark").checked ? "dark" : "light"}&${of("state").value}`;
      const frame = box.querySelector("iframe");
      if (frame.getAttribute("src") !== `${box.dataset.preview}?${asked}`) frame.src = `${box.dataset.preview}?${asked}`;
    };
    of("dark").checked = document.documentElement.dataset.bsTheme === "dark";
    box.addEventListener("change", look);
    tabs([...box.querySelectorAll("[role=tab]")], of("panel"), look);
    look();
  }
}
// styles draw what is chosen in the field they belong to.
function styles() {
  for (const box of document.querySelectorAll("[data-style]:not([data-ready])")) {
    box.dataset.ready = "true";
    const field = document.getElementById(box.dataset.style);
    const look = () => {
      const theme = document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light";
      box.querySelector("iframe").src = `${box.dataset.base}?style=${field.querySelector(":checked").value}&lang=${language()}&theme=${theme}`;
    };
    field.addEventListener("change", look);
    look();
  }
}
document.addEventListener("htmx:afterSettle", () => {
  wire();
  styles();
});
wire();
styles();
