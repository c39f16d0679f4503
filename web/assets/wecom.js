// Draws a WeCom message from the request on the wire (wecom.md 4.1 to 4.3): a text, a
// confidential text (safe=1), or a template card.
import { anchor, h } from "./dom.js";
import { draft, guarded, keep, press } from "./press.js";
import { t } from "./texts.js";

// draw returns the message. Its buttons press as the person whose message it is, and
// owner is how that person is called.
export function draw(message, owner) {
  const body = message.payload ?? {};
  if (body.template_card) return card(body.template_card, message);
  if (body.textcard) return textCard(body.textcard);
  if (body.markdown) return h("div", { class: "bubble" }, body.markdown.content.split("\n").map(markdown));
  const content = body.text?.content ?? message.text ?? "";
  return body.safe === 1 ? confidential(content, owner) : h("div", { class: "bubble" }, linked(content));
}

// confidential is the notice of the manual's 加密传输: its details show after a tap.
function confidential(content, owner) {
  const inside = h("div", { class: "wx-secret-text", hidden: true }, linked(content), h("p", { class: "wx-mark" }, t("wecom.mark", { person: owner })));
  const label = h("span", { class: "wx-tap" }, t("wecom.open"));
  const toggle = h("button", { type: "button", class: "wx-secret-head", "aria-expanded": "false" },
    h("span", { class: "lock", "aria-hidden": "true" }), h("b", {}, t("wecom.secret")), label);
  toggle.addEventListener("click", () => {
    inside.hidden = !inside.hidden;
    toggle.setAttribute("aria-expanded", String(!inside.hidden));
    label.textContent = t(inside.hidden ? "wecom.open" : "wecom.close");
  });
  return h("div", { class: "wx-secret" }, toggle, inside);
}

// linked shows the one piece of markup a WeCom text knows, <a href="…">…</a>, as a link
// and leaves every other character as it was sent.
function linked(content) {
  const parts = [];
  let from = 0;
  for (const m of content.matchAll(/<a href="([^"]*)">([^<]*)<\/a>/g)) {
    parts.push(content.slice(from, m.index), anchor(m[1], m[2]));
    from = m.index + m[0].length;
  }
  return h("p", { class: "wx-lines" }, parts, content.slice(from));
}

// textCard is a title, lines that a tag colours, and a link.
function textCard(c) {
  const lines = [...c.description.matchAll(/<div class="(\w+)">([^]*?)<\/div>/g)];
  return h("div", { class: "wx-card" }, h("div", { class: "wx-main" }, h("b", {}, c.title)),
    lines.map(([, look, words]) => h("p", { class: `wx-lines wx-${look}` }, words.replaceAll("<br>", "\n"))),
    h("p", {}, anchor(c.url, c.btntxt)));
}

// markdown shows one line in the marks that WeCom knows.
function markdown(line) {
  const quote = line.startsWith("> ");
  const parts = [...(quote ? line.slice(2) : line).matchAll(/\[([^\]]*)\]\(([^)]*)\)|\*\*([^*]*)\*\*|<font color="(\w+)">([^]*?)<\/font>|[^[*<]+|[^]/g)].map(
    ([all, words, url, bold, colour, inside]) => url ? anchor(url, words) : bold ? h("b", {}, bold) : colour ? h("span", { class: `wx-${colour}` }, inside) : all);
  return h(quote ? "blockquote" : "p", { class: "wx-lines" }, parts);
}

function card(c, message) {
  const url = c.card_action?.url;
  return h("div", { class: "wx-card" },
    c.action_menu && menu(c.action_menu, message),
    c.source?.desc && h("div", { class: "wx-source", "data-ink": String(c.source.desc_color ?? 0) }, c.source.desc),
    c.main_title && h("div", { class: "wx-main" }, h("b", {}, c.main_title.title), c.main_title.desc && h("span", {}, c.main_title.desc)),
    c.emphasis_content && h("div", { class: "wx-emphasis" }, h("b", {}, c.emphasis_content.title), h("span", {}, c.emphasis_content.desc)),
    c.quote_area && h("blockquote", {}, c.quote_area.title && h("b", {}, c.quote_area.title), h("p", { class: "wx-lines" }, c.quote_area.quote_text)),
    c.sub_title_text && h("p", { class: "wx-lines" }, c.sub_title_text),
    c.horizontal_content_list?.length && h("dl", { class: "wx-rows" }, c.horizontal_content_list.map(row)),
    jumps(c, url),
    buttons(c, message));
}

// menu is what a card keeps at its upper right. It shuts once something was chosen.
function menu(m, message) {
  const head = h("summary", { "aria-label": m.desc, title: m.desc }, "···");
  const list = h("div", {}, m.action_list.map((e) => pressable(e, message, () => ({}))));
  const box = h("details", { class: "wx-menu" }, head, list);
  list.addEventListener("click", () => {
    box.open = false;
    head.focus();
  });
  return box;
}

function row(item) {
  const value = item.url ? anchor(item.url, item.value ?? "") : item.value ?? "";
  return h("div", {}, h("dt", {}, item.keyname), h("dd", {}, value));
}

// jumps are the links at the foot of a card. A card without them opens as a whole, which
// is drawn as a link too, for the keyboard.
function jumps(c, url) {
  const list = c.jump_list?.length ? c.jump_list : url ? [{ url, title: t("message.view") }] : [];
  return list.map((j) => anchor(j.url ?? url, `${j.title} ›`, { class: "wx-jump" }));
}

// buttons are the choice and the buttons at the foot of a card, in that order.
function buttons(c, message) {
  if (!c.button_list?.length) return null;
  const choice = c.button_selection && selection(c.button_selection, message);
  return h("div", { class: "wx-acts" }, choice?.field,
    h("div", { class: "wx-buttons" }, c.button_list.map((b) => pressable(b, message, () => choice?.chosen() ?? {}))));
}

function selection(q, message) {
  const id = `${message.id}-${q.question_key}`;
  const chosen = draft(message, q.question_key, q.selected_id);
  const select = h("select", { id, onchange: () => keep(message, q.question_key, select.value) },
    (q.option_list ?? []).map((o) => h("option", { value: o.id, selected: o.id === chosen }, o.text)));
  return { field: h("div", { class: "field" }, h("label", { for: id }, q.title), select), chosen: () => ({ [q.question_key]: select.value }) };
}

function pressable(b, message, chosen) {
  if (b.url) return anchor(b.url, b.text, { class: "wx-button" });
  return h("button", { type: "button", class: "wx-button", "data-style": String(b.style ?? 1), "data-act": b.key, onclick: guarded(() => press(message, b.key, b.text, chosen())) }, b.text);
}
