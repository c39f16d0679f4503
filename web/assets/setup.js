// Takes the link's secret from behind the #, where it was not sent anywhere, and opens
// the form with it.
import { bind } from "./words.js";

function open() {
  const secret = location.hash.slice(1);
  const field = document.getElementById("secret");
  if (!secret || !field) return;
  history.replaceState(null, "", location.pathname); // not into the history, not into a screenshot
  field.value = secret;
  htmx.trigger("#setup-link", "submit");
}
if (document.readyState === "complete") open();
else addEventListener("load", open);
addEventListener("hashchange", open); // the page was open already

document.addEventListener("input", (event) => {
  if (event.target.id !== "setup-password") return;
  const length = [...event.target.value].length;
  const least = event.target.minLength;
  document.getElementById("setup-meter").value = Math.min(length, 20);
  const words = document.querySelector("#setup-strength > span");
  if (length >= least) bind(words, "setup.js.enough");
  else bind(words, "setup.js.more", { n: least - length });
});
