// The mailbox: a list of mails and a reading pane with HTML, text, head, source and checks.
import { anchor, h, keyed, when } from "./dom.js";
import { nameOf, setup } from "./state.js";
import { language, t } from "./texts.js";

const views = ["html", "text", "head", "raw", "check"];

// This is the only place of the page that turns a string into HTML; the policy of the
// page (Trusted Types) refuses any other.
const policy = globalThis.trustedTypes?.createPolicy("mail", { createHTML: (s) => s });
const trusted = (s) => policy?.createHTML(s) ?? s;

// mailbox builds an empty mailbox; show(messages, everyone) fills it, newest first. Until
// somebody chooses a mail the newest lies open, and still counts as unread.
export function mailbox(root) {
  const list = h("ul", { class: "mails" });
  const pane = h("div", { class: "pane" });
  const box = { list, pane, open: null, chosen: false, view: "html", read: new Set(), shown: [] };
  root.append(list, pane);
  box.show = (messages, everyone) => {
    box.shown = messages.toReversed();
    box.everyone = everyone;
    if (!box.shown.some((m) => m.id === box.open)) box.chosen = false;
    if (!box.chosen) box.open = box.shown[0]?.id ?? null;
    fill(box);
  };
  return box;
}

export const unread = (box) => box.shown.filter((m) => !box.read.has(m.id)).length;

function fill(box) {
  const keyOf = (m) => [m.id, m.id === box.open, box.read.has(m.id), box.everyone, language()].join("|");
  const focused = box.list.contains(document.activeElement);
  keyed(box.list, box.shown, keyOf, (m) => entry(box, m));
  if (focused) box.list.querySelector("[aria-current=true]")?.focus();
  const mail = box.shown.find((m) => m.id === box.open);
  keyed(box.pane, [mail ?? null], () => `${mail?.id}|${box.view}|${language()}`, () => (mail ? reading(box, mail) : h("p", { class: "empty" }, t("mail.choose"))));
}

function entry(box, m) {
  const fresh = !box.read.has(m.id);
  const choose = () => {
    pick(box, m.id);
    fill(box);
  };
  return h("li", {}, h("button", { type: "button", class: fresh ? "fresh" : null, "aria-current": m.id === box.open ? "true" : null, onclick: choose },
    h("span", { class: "mail-line" }, fresh && h("span", { class: "unread" }, t("mail.new")), h("b", {}, m.title), when(m.received_at)),
    box.everyone && h("span", { class: "muted small" }, t("device.to", { person: nameOf(m.person || m.to) }))));
}

// pick opens a mail by hand: it stays open while others arrive.
function pick(box, id) {
  box.open = id;
  box.chosen = true;
  box.read.add(id);
  box.changed?.();
}

function reading(box, m) {
  const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": t("mail.views") }, views.map((v) => tab(box, v)));
  tabs.addEventListener("keydown", (event) => walk(box, tabs, event));
  return h("article", { class: "letter" },
    h("h4", {}, m.title),
    h("p", { class: "muted small" }, `${head(m, "From")} → ${m.to}`),
    tabs,
    h("div", { class: "view", role: "tabpanel", id: "mail-view", tabindex: "0", "aria-labelledby": `mail-tab-${box.view}` }, content(m, box.view)),
    m.links?.length ? h("p", { class: "small links" }, `${t("mail.links")} `, [...new Set(m.links)].map((l) => anchor(l, l))) : null);
}

function tab(box, view) {
  const chosen = box.view === view;
  const choose = () => {
    box.view = view;
    pick(box, box.open);
    fill(box);
    document.getElementById(`mail-tab-${view}`)?.focus();
  };
  return h("button", { type: "button", role: "tab", id: `mail-tab-${view}`, "aria-selected": String(chosen), "aria-controls": "mail-view", tabindex: chosen ? "0" : "-1", onclick: choose }, t(`mail.${view}`));
}

// walk moves between the tabs with the arrow keys.
function walk(box, tabs, event) {
  const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!move) return;
  event.preventDefault();
  const next = (views.indexOf(box.view) + move + views.length) % views.length;
  tabs.children[next].click();
}

function content(m, view) {
  if (view === "check") return h("ul", { class: "checks" }, checks(m).map(([name, good]) => h("li", { class: good ? null : "bad" }, h("span", { "aria-hidden": "true" }, good ? "✓" : "✖"), " ", t(`check.${name}`), good ? null : h("b", {}, ` ${t("check.no")}`))));
  if (view === "head") return h("dl", { class: "heads" }, heads(m).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
  const body = m.payload?.[view] ?? "";
  if (!body) return h("p", { class: "empty" }, t("mail.none"));
  return view === "html" ? frame(body, m.title) : h("pre", {}, body);
}

// heads are the lines of the head as they were sent, unfolded.
function heads(m) {
  const [top] = (m.payload?.raw ?? "").split(/\r?\n\r?\n/, 1);
  return top.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/).filter(Boolean).map((line) => {
    const at = line.indexOf(":");
    return [line.slice(0, at), line.slice(at + 1).trim()];
  });
}

// checks are what mailboxes look at before they let a mail in, and whether it holds.
function checks(m) {
  const { html = "", text = "", raw = "" } = m.payload ?? {};
  const has = (name) => heads(m).some(([n]) => n.toLowerCase() === name);
  return [
    ["text", text !== ""], ["html", html !== ""], ["id", has("message-id") && has("date")],
    ["script", !/<script|\son[a-z]+\s*=|javascript:/i.test(html)], ["remote", !/<(img|link)[^>]+(src|href)\s*=\s*["']?https?:/i.test(html)],
    ["one", !m.to?.includes(",")], ["size", raw.length < 100_000],
  ];
}

// frame shows the HTML of a mail without scripts, network or addresses. Such a frame
// lives under the policy of the page, which admits styles by nonce only: the style
// attributes of the mail are gathered into one style element.
function frame(html, title) {
  const doc = new DOMParser().parseFromString(trusted(renamed(html)), "text/html");
  const rules = [...doc.querySelectorAll("[data-style]")].map((el, i) => {
    el.dataset.s = i;
    return `[data-s="${i}"]{${el.dataset.style.replaceAll("}", "")}}`;
  });
  for (const el of doc.querySelectorAll("a[href]")) el.removeAttribute("href"); // they are listed below the mail
  const style = doc.createElement("style");
  style.setAttribute("nonce", setup.nonce);
  style.textContent = rules.join("\n");
  const shut = doc.createElement("meta");
  shut.httpEquiv = "Content-Security-Policy";
  shut.content = `default-src 'none'; style-src 'nonce-${setup.nonce}'; img-src data:`;
  doc.head.prepend(shut, style); // before the mail's own styles, so that they still win where they say !important
  const el = h("iframe", { sandbox: "", title: t("mail.frame", { title }), referrerpolicy: "no-referrer" });
  el.srcdoc = trusted(`<!doctype html>${doc.documentElement.outerHTML}`);
  return el;
}

// renamed takes the style attributes out of the way before the parser sees them, because
// it reports each as a breach of the policy.
function renamed(html) {
  return html
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/gi, " data-style="))
    .replace(/<style\b/gi, `<style nonce="${setup.nonce}"`);
}

function head(m, name) {
  const value = m.payload?.headers?.[name];
  return m.payload?.[name.toLowerCase()] ?? (Array.isArray(value) ? value.join(", ") : value ?? "");
}
