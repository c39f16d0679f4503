// The list of deliveries: keys, the drawer, ticks, and rows that change as they happen.
import "./picture.js";
import { tabs } from "./tabs.js";
import { announce, bind, language, say, speak } from "./words.js";

const byId = (id) => document.getElementById(id);
const drawer = byId("delivery");
const filters = byId("filters");
let paused = false;
let held = new Map(); // what came while nothing may move: id → delivery
let origin = null; // what opened the drawer

// Filters that ask for nothing stay out of the address.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt === filters) {
    for (const [name, value] of Object.entries(event.detail.parameters)) if (value === "") delete event.detail.parameters[name];
  }
  if (event.detail.elt.matches("#many")) { // not by elt.id: that is the ticks of that name
    const address = new URL(byId("many").dataset.filter, location.href);
    event.detail.path = `/deliveries/many${address.search}`;
    const pressed = event.detail.triggeringEvent?.submitter;
    if (pressed?.dataset.do) event.detail.parameters.do = pressed.dataset.do;
  }
});

// The drawer has an address of its own.
function show() {
  if (!drawer.open && drawer.childElementCount) {
    drawer.showModal();
    frame();
  }
}
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target === drawer) {
    show();
    frame();
    const id = drawer.querySelector("[data-open-id]")?.dataset.openId;
    if (id && !location.pathname.endsWith(id)) history.pushState(null, "", `/deliveries/${id}${location.search}`);
    mark(id);
  }
  if (event.target.id === "results") {
    paint();
    columns();
    if (reading) row(reading)?.querySelector("a.open").focus({ preventScroll: true });
    reading = null;
  }
});
let reading = null; // the row that had the focus when the list was drawn again
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id === "results") reading = document.activeElement?.closest("#rows tr")?.dataset.id;
});
drawer.addEventListener("close", () => {
  history.pushState(null, "", `/deliveries${location.search}`);
  const id = drawer.querySelector("[data-open-id]")?.dataset.openId;
  drawer.replaceChildren();
  (row(id)?.querySelector("a.open") ?? origin ?? byId("q"))?.focus();
  release();
});
addEventListener("popstate", () => location.reload());
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.open");
  if (link) origin = link;
  if (event.target.closest?.("#show-news")) release(true);
  if (event.target.closest?.("#pause")) pause();
});

// frame keeps the frame on what is chosen above it.
function frame() {
  const box = drawer.querySelector(".sent");
  if (!box || box.dataset.ready) return;
  box.dataset.ready = "true";
  const all = [...box.querySelectorAll("[role=tab]")];
  const look = () => {
    const view = all.find((t) => t.getAttribute("aria-selected") === "true").dataset.view;
    const asked = new URLSearchParams({ format: view, lang: byId("sent-language").value || language() });
    if (byId("sent-language").value) asked.set("anew", "1"); // what was sent has one language, but on Feishu
    if (byId("sent-dark").checked) asked.set("theme", "dark");
    box.classList.toggle("phone", byId("sent-phone").checked);
    const target = `${box.dataset.src}?${asked}`;
    const shown = box.querySelector("iframe"); // without an id: htmx would carry its style over, which the policy refuses
    if (shown.getAttribute("src") !== target) shown.src = target;
  };
  byId("sent-dark").checked = document.documentElement.dataset.bsTheme === "dark";
  box.addEventListener("change", look);
  tabs(all, byId("sent-panel"), look);
  look();
}

// Keys: up and down walk the rows, r sends again, j and k go on within the drawer.
const rows = () => [...document.querySelectorAll("#rows tr[data-id]")];
const row = (id) => id && document.querySelector(`#rows tr[data-id="${CSS.escape(id)}"]`);
function mark(id) {
  for (const tr of rows()) tr.classList.toggle("here", tr.dataset.id === id);
}
document.addEventListener("keydown", (event) => {
  if (event.target.closest?.("input, select, textarea, [role=tab]") || event.ctrlKey || event.metaKey || event.altKey || byId("shortcuts-on")?.checked === false) return;
  const all = rows();
  if (drawer.open) {
    const at = all.indexOf(row(drawer.querySelector("[data-open-id]")?.dataset.openId));
    const next = all[at + ({ j: 1, k: -1 }[event.key] ?? NaN)];
    if (next) next.querySelector("a.open").click();
    if (event.key === "r") drawer.querySelector("#retry-now")?.click();
    return;
  }
  const here = document.activeElement?.closest?.("#rows tr");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const at = here ? all.indexOf(here) + (event.key === "ArrowDown" ? 1 : -1) : event.key === "ArrowDown" ? 0 : -1;
    if (all[at] && (here || document.activeElement === document.body || document.activeElement?.id === "main")) {
      event.preventDefault();
      all[at].querySelector("a.open").focus();
      mark(all[at].dataset.id);
    }
  }
  if (event.key === "r" && here) {
    drawer.addEventListener("toggle", () => drawer.querySelector("#retry-now")?.focus(), { once: true });
    here.querySelector("a.open").click();
  }
});

// Ticks.
document.addEventListener("change", (event) => {
  if (event.target.id === "tick-all") for (const box of document.querySelectorAll(".tick")) box.checked = event.target.checked;
  if (!event.target.closest?.("#many")) return;
  const some = document.querySelector(".tick:checked") !== null;
  for (const id of ["retry-ticked", "cancel-ticked"]) if (byId(id)) byId(id).disabled = !some;
});

// Columns that somebody does not want to see are left out; the server remembers them.
function columns() {
  byId("results").dataset.without = [...document.querySelectorAll("#columns input:not(:checked)")].map((box) => box.value).join(" ");
}
document.addEventListener("change", (event) => {
  if (event.target.closest?.("#columns input")) columns();
});
document.addEventListener("click", (event) => {
  const open = document.querySelector("#columns[open]");
  if (open && !open.contains(event.target)) open.open = false;
});
document.addEventListener("keydown", (event) => {
  const open = document.querySelector("#columns[open]");
  if (event.key === "Escape" && open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// On a narrow screen the filters stand behind a button, which says how many are set.
const filterButton = byId("filter-button");
filterButton.addEventListener("click", () => {
  const open = filters.classList.toggle("open");
  filterButton.setAttribute("aria-expanded", String(open));
});
function countFilters() {
  const n = [...filters.querySelectorAll(".more-filters [name]")].filter((field) => field.value).length;
  byId("filter-count").textContent = n ? ` (${n})` : "";
}
filters.addEventListener("change", countFilters);

// Rows that change as they happen.
function pause() {
  paused = !paused;
  paint();
  if (!paused) release(true);
}
function paint() {
  byId("pause").setAttribute("aria-pressed", String(paused));
  bind(byId("pause-words"), paused ? "deliveries.js.paused" : "deliveries.js.live");
}

const pill = (d) => {
  const el = document.createElement("span");
  el.className = "pill";
  el.dataset.status = d.status;
  bind(el, `deliveries.js.status.${d.status}`);
  return el;
};

function took(ms) {
  if (!ms) return "–";
  return ms < 100 ? "< 0.1 s" : `${(ms / 1000).toFixed(1)} s`;
}

// read says when the message was opened.
function read(at) {
  const el = document.createElement("span");
  el.className = "why read";
  const words = document.createElement("span");
  bind(words, "deliveries.js.read");
  const time = document.createElement("time");
  time.dateTime = at;
  time.dataset.exact = "";
  el.append(words, " ", time);
  speak(language(), el);
  return el;
}

function fill(tr, d) {
  tr.dataset.status = d.status;
  const state = tr.querySelector(".state");
  state.replaceChildren(pill(d));
  if (d.code) {
    const code = document.createElement("code");
    code.textContent = d.code;
    state.append(" ", code);
  }
  if (d.explanation) {
    const why = document.createElement("span");
    why.className = "why";
    why.textContent = d.explanation;
    state.append(why);
  }
  if (d.read_at) state.append(read(d.read_at));
  tr.querySelector(".tries").textContent = d.attempt_count;
  tr.querySelector(".took").textContent = took(d.took_ms);
}

function fresh(d) {
  const tr = byId("row-template").content.querySelector("tr").cloneNode(true);
  tr.dataset.id = d.id;
  tr.className = "fresh";
  const time = tr.querySelector("time");
  time.dateTime = d.created_at;
  const link = tr.querySelector("a.open");
  link.href = `/deliveries/${d.id}`;
  link.setAttribute("hx-get", link.getAttribute("href"));
  link.setAttribute("hx-target", "#delivery");
  tr.querySelector(".number").textContent = `#${d.ticket_key}`;
  bind(tr.querySelector(".kind"), `deliveries.js.kind.${d.kind}`);
  tr.querySelector(".title").textContent = d.ticket_title;
  tr.querySelector(".person").textContent = d.name || d.person;
  bind(tr.querySelector(".channel"), `deliveries.js.channel.${d.channel}`);
  fill(tr, d);
  return tr;
}

// fits reports whether a delivery belongs to what is listed, as far as a page can tell.
function fits(d) {
  const asked = new URLSearchParams(location.search);
  if (asked.get("q") || asked.get("order") || asked.get("cursor") || byId("records")?.dataset.ticks !== undefined) return false;
  return ["status", "channel", "kind", "class", "project", "person"].every((name) => !asked.get(name) || asked.get(name) === d[name]);
}

const busy = () => paused || drawer.open || byId("rows")?.contains(document.activeElement);

document.addEventListener("live-deliveries", (event) => {
  for (const d of event.detail.items) {
    const tr = row(d.id);
    if (tr) {
      if (!paused) fill(tr, d);
    } else if (fits(d)) held.set(d.id, d);
    if (drawer.querySelector(`[data-open-id="${CSS.escape(d.id)}"]`) && drawer.querySelector("[data-open-status]").dataset.openStatus !== d.status && !drawer.contains(document.activeElement?.closest("details[open], .sent"))) {
      globalThis.htmx?.ajax("GET", `/deliveries/${d.id}`, { target: "#delivery" });
    }
  }
  release();
});

// release lets in what was held, and says so once.
function release(asked = false) {
  const n = held.size;
  if (!n) return;
  if (busy() && !asked) {
    byId("news").textContent = say("deliveries.js.waiting", { n });
    byId("show-news").hidden = false;
    return;
  }
  byId("show-news").hidden = true;
  if (!byId("rows")) {
    held.clear();
    globalThis.htmx?.ajax("GET", location.pathname + location.search, { target: "#results" });
    return;
  }
  const made = [...held.values()].sort((a, b) => (a.created_at + a.id).localeCompare(b.created_at + b.id));
  held = new Map();
  for (const d of made) {
    const tr = fresh(d);
    byId("rows").prepend(tr);
    globalThis.htmx?.process(tr);
    const time = tr.querySelector("time");
    time.textContent = new Date(d.created_at).toTimeString().slice(0, 8);
  }
  byId("news").textContent = say("deliveries.js.new", { n });
}

// After the line was lost, what is shown may be old.
document.addEventListener("live-again", () => {
  if (!drawer.open) globalThis.htmx?.ajax("GET", location.pathname + location.search, { target: "#results" });
});
document.addEventListener("job-started", () => announce(say("deliveries.js.job")));

countFilters();
if (drawer.childElementCount) show();
