// The box behind Ctrl K: every page, what the frame can do, and a search for what is typed.
import { say } from "./words.js";

const byId = (id) => document.getElementById(id);
const box = byId("command");
const field = byId("command-text");
const list = byId("command-list");
let found = [];
let at = 0;

const link = (page) => document.querySelector(`#menu a[href="${page}"]`);
const go = (href) => () => location.assign(href);
const press = (id) => () => byId(id)?.click();

// all is what can be chosen: a name to read, and what it does.
function all(q) {
  const pages = [...document.querySelectorAll("#menu li a")].map((a) => ({ name: a.querySelector(".name").textContent, does: go(a.href) }));
  const deeds = [["theme", press("theme-button")], ["language", press("language-button")], ["shortcuts", () => byId("shortcuts").showModal()]];
  const named = [...pages, ...deeds.map(([name, does]) => ({ name: say(`frame.js.command.${name}`), does }))];
  const fits = named.filter(({ name }) => name.toLowerCase().includes(q.toLowerCase()));
  const searches = q ? ["deliveries", "users"].filter((page) => link(`/${page}`)) : [];
  return [...fits, ...searches.map((page) => ({ name: say(`frame.js.command.${page}`, { q }), does: go(`/${page}?q=${encodeURIComponent(q)}`) }))];
}

function draw() {
  found = all(field.value.trim());
  list.replaceChildren(...(found.length ? found.map(option) : [nothing()]));
  choose(0);
}

function option({ name }, i) {
  const el = document.createElement("li");
  el.id = `command-${i}`;
  el.setAttribute("role", "option");
  el.textContent = name;
  el.addEventListener("click", () => run(i));
  return el;
}

function nothing() {
  const el = document.createElement("li");
  el.setAttribute("role", "option");
  el.setAttribute("aria-disabled", "true");
  el.textContent = say("frame.js.command.none");
  return el;
}

function choose(i) {
  at = found.length ? (i + found.length) % found.length : 0;
  [...list.children].forEach((el, n) => el.setAttribute("aria-selected", String(found.length > 0 && n === at)));
  if (found.length) field.setAttribute("aria-activedescendant", `command-${at}`);
  else field.removeAttribute("aria-activedescendant");
  list.children[at]?.scrollIntoView({ block: "nearest" });
}

function run(i) {
  const { does } = found[i] ?? {};
  box.close();
  does?.();
}

function open() {
  if (document.querySelector("dialog[open]")) return; // what is open comes first
  field.value = "";
  draw();
  box.showModal();
  field.focus();
}

byId("command-button").addEventListener("click", open);
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  event.preventDefault();
  open();
});
field.addEventListener("input", draw);
field.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) choose(at + step);
  else if (event.key === "Enter" && !event.isComposing) run(at);
  else return;
  event.preventDefault();
});
document.addEventListener("language-changed", () => box.open && draw());
if (/Mac/.test(navigator.platform)) byId("command-button").querySelector("kbd").textContent = "⌘ K";
