// The strip below the devices: what was delivered to whom, and how it went.
import { byId, clock, h, when } from "./dom.js";
import { nameOf, on, state } from "./state.js";
import { t, word } from "./texts.js";

const columns = ["person", "channel", "status", "attempts", "reason", "took", "time"];

// mount draws the deliveries whenever they or the language change.
export function mount() {
  on("deliveries language", draw);
  draw();
}

function draw() {
  const items = state.deliveries.toSorted((a, b) => (b.updated_at ?? "").localeCompare(a.updated_at ?? ""));
  byId("deliveries").replaceChildren(items.length ? table(items) : h("p", { class: "empty" }, t("told.empty")));
}

function table(items) {
  return h("div", { class: "scroll", tabindex: "0", role: "group", "aria-labelledby": "deliveries-heading" },
    h("table", {},
      h("thead", {}, h("tr", {}, columns.map((c) => h("th", { scope: "col" }, t(`told.${c}`))))),
      h("tbody", {}, items.map(row))));
}

// why says a delivery's reason in words, the provider's code beside it, and when it was read.
function why(d) {
  return [d.reason && word("why", d.reason), d.code, d.read_at && `${t("device.read")} ${clock(d.read_at)}`].filter(Boolean).join(" · ");
}

function row(d) {
  const cells = [
    d.name || nameOf(d.person), t(`channel.${d.channel}`),
    h("span", { class: "pill", "data-tone": d.status }, word("delivery", d.status)),
    String(d.attempt_count ?? d.attempts ?? 0), why(d) || "—", d.took_ms ? `${d.took_ms} ms` : "—", d.updated_at ? when(d.updated_at) : "—",
  ];
  return h("tr", { "data-delivery": d.id }, cells.map((cell, i) => h("td", { "data-label": t(`told.${columns[i]}`), class: cell === "—" ? "none" : null }, cell)));
}
