// The list of people: ticks, and what is done with everybody who has one.
import { bind } from "./words.js";

const byId = (id) => document.getElementById(id);
const ticked = () => [...document.querySelectorAll("#people .tick:checked")];

function count() {
  const n = ticked().length;
  const all = document.querySelectorAll("#people .tick").length;
  for (const button of document.querySelectorAll("#many-bar button")) button.disabled = n === 0;
  if (byId("ticked")) bind(byId("ticked"), "users.js.ticked", { n });
  const box = byId("tick-all");
  if (box) {
    box.checked = n > 0 && n === all;
    box.indeterminate = n > 0 && n < all;
  }
}

document.addEventListener("change", (event) => {
  if (event.target.id === "tick-all") for (const box of document.querySelectorAll("#people .tick")) box.checked = event.target.checked;
  if (event.target.closest?.("#people")) count();
});
// A list that is drawn again keeps the ticks of whoever is still on it.
let kept = new Set();
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id === "people") kept = new Set(ticked().map((box) => box.value));
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "people") return;
  for (const box of document.querySelectorAll("#people .tick")) box.checked = kept.has(box.value);
  count();
});
count();
