// What every page does: language, theme, menu, keys, times, copying.
import { remember } from "./cookie.js";
import { announce, bind, language, say, speak } from "./words.js";

const byId = (id) => document.getElementById(id);
const root = document.documentElement;

// Language: every text carries both, so nothing is loaded and nothing typed is lost.
byId("language-button")?.addEventListener("click", (event) => {
  event.preventDefault();
  const next = language() === "en" ? "zh" : "en";
  remember("language", next);
  speak(next);
  announce(say("frame.js.language"));
});

document.addEventListener("htmx:configRequest", (event) => { event.detail.headers["Page-Language"] = language(); });

// Theme: auto, light, dark.
const themes = ["auto", "light", "dark"];
byId("theme-button")?.addEventListener("click", () => {
  const next = themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length];
  choose(next);
});
let kept = Promise.resolve(); // one after another: the last choice is the last to be kept
export function choose(theme) {
  root.dataset.theme = theme;
  root.dispatchEvent(new Event("theme"));
  remember("theme", theme);
  if (document.querySelector("details.who")) { // somebody is signed in
    kept = kept.then(() => fetch("/me/theme", { method: "POST", body: new URLSearchParams({ theme }), keepalive: true })).catch(() => {});
  }
  bind(byId("theme-name"), `frame.js.theme.${theme}`);
  document.dispatchEvent(new CustomEvent("theme-changed", { detail: theme }));
}

// What was chosen in a file's input is written on its face.
document.addEventListener("change", (event) => {
  const name = event.target.type === "file" && event.target.parentElement.querySelector(".file-name");
  if (!name) return;
  const [file] = event.target.files;
  if (!file) return bind(name, "frame.js.file.none");
  name.textContent = name.dataset.zh = name.dataset.en = file.name;
});

// Menu below 900 px.
const menu = byId("menu");
const menuButton = byId("menu-button");
function toggleMenu(open) {
  root.classList.toggle("menu-open", open);
  menuButton.setAttribute("aria-expanded", String(open));
  if (open) menu.querySelector("a")?.focus();
}
menuButton?.addEventListener("click", () => toggleMenu(menuButton.getAttribute("aria-expanded") !== "true"));

// Anything with data-open opens the dialog of that id; data-close closes the one it is in.
document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-open]");
  if (opener) {
    const dialog = byId(opener.dataset.open);
    dialog?.showModal();
    dialog?.querySelector("[data-focus]")?.focus(); // where it begins, which its close button is not
  }
  if (event.target.closest?.("[data-close]")) event.target.closest("dialog")?.close();
  const who = document.querySelector("details.who[open]");
  if (who && (!who.contains(event.target) || opener)) who.open = false;
});

// Keys.
const keys = byId("shortcuts-on");
if (keys) {
  keys.checked = localStorage.getItem("shortcuts") !== "off";
  keys.addEventListener("change", () => localStorage.setItem("shortcuts", keys.checked ? "on" : "off"));
}
let went = 0;
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const who = document.querySelector("details.who[open]");
    if (who) { who.open = false; who.querySelector("summary").focus(); }
    if (menuButton?.getAttribute("aria-expanded") === "true") { toggleMenu(false); menuButton.focus(); }
    return;
  }
  const typing = event.target.closest?.("input, select, textarea, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || keys?.checked === false || document.querySelector("dialog[open]")) return;
  if (Date.now() - went < 1500) {
    went = 0;
    const link = menu?.querySelector(`a[data-letter="${CSS.escape(event.key)}"]`);
    if (link && event.key) { event.preventDefault(); link.click(); }
    return;
  }
  if (event.key === "g") went = Date.now();
  if (event.key === "/") {
    const search = document.querySelector("main input[type=search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  }
  if (event.key === "?") { event.preventDefault(); byId("shortcuts")?.showModal(); }
});

// Copying: data-copy names the element whose text is taken.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const from = byId(button.dataset.copy);
  const words = from.value ?? from.textContent;
  try {
    await navigator.clipboard.writeText(words.trim());
  } catch {
    const range = document.createRange();
    range.selectNodeContents(from);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    document.execCommand("copy");
  }
  announce(say("frame.js.copied"));
});

// data-reveal shows and hides what is typed into a password field.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-reveal]");
  if (!button) return;
  const field = byId(button.dataset.reveal);
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
});

// A session that is over is taken up in place: the form stays as it is. Whoever signs in
// in another window, with the company's account for one, is heard of here.
const again = byId("again");
const me = document.body.dataset.who;
const windows = new BroadcastChannel("signed-in");
if (me) windows.postMessage(me);
windows.addEventListener("message", ({ data }) => {
  if (!again?.open) return;
  if (data === me) document.dispatchEvent(new Event("signed-in"));
  else complain("frame.js.again.other", { name: data });
});
function complain(key, values) {
  const line = document.createElement("p");
  line.className = "alert alert-warning";
  bind(line, key, values);
  byId("again-problem").replaceChildren(line);
}
document.addEventListener("signed-out", () => {
  if (again?.open) return;
  again?.showModal();
  byId("again-password")?.focus();
});
document.addEventListener("signed-in", () => {
  again?.querySelector("form").reset();
  byId("again-problem")?.replaceChildren();
  again?.close();
  announce(say("frame.js.again"));
});
if (document.querySelector("[data-done]")) window.close(); // when the browser lets us

// What came in the address is used up: neither history nor a reload shall hold it.
const settled = document.querySelector("[data-address]");
if (settled) {
  history.replaceState(null, "", settled.dataset.address);
  settled.focus();
}

// What htmx puts into a [data-drawer] opens the dialog around it.
document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.target.closest?.("[data-drawer]")?.closest("dialog");
  if (dialog && !dialog.open) dialog.showModal();
});

// What htmx brings in is spoken and dated like the rest, and an error takes the focus.
document.addEventListener("htmx:afterSettle", (event) => {
  speak(language());
  event.target.querySelector?.("[data-focus]")?.focus();
});
document.addEventListener("htmx:beforeRequest", (event) => event.detail.elt.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:afterRequest", (event) => event.detail.elt.removeAttribute("aria-busy"));
document.addEventListener("htmx:sendError", () => announce(say("frame.js.offline"), "alert"));

speak(language());
setInterval(() => speak(language()), 60_000);
if (!document.querySelector("[data-readies]")) root.dataset.ready = "true"; // for whoever watches the page from outside

// A form in a dialog (data-dialog) that was taken closes it; one that was refused is
// shown again in its place, with what is wrong.
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.requestConfig?.elt?.closest?.("form[data-dialog]");
  if (!form) return;
  if (event.detail.xhr.status === 422) {
    event.detail.target = form;
    event.detail.swapOverride = "outerHTML";
    event.detail.isError = false;
  } else if (event.detail.xhr.status < 300) {
    form.closest("dialog")?.close();
    form.reset();
  }
});
