// A list of channels whose rows are moved up and down with ▲ and ▼.
import { announce, say } from "./words.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-move]");
  const row = button?.closest("li");
  if (!row) return;
  if (button.dataset.move === "up") row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  button.focus(); // a row that moves loses it
  const rows = [...row.parentElement.children];
  announce(say("frame.js.order.moved", { name: row.querySelector("span").textContent, n: rows.indexOf(row) + 1, all: rows.length }));
  row.dispatchEvent(new Event("input", { bubbles: true })); // the form has changed
  const follow = row.closest("form").querySelector('input[name="channel_policy"][value=""]:checked');
  if (follow) row.closest("form").querySelector('input[name="channel_policy"][value="first"]').checked = true;
});
