// Draws a Feishu message from its content on the wire: Card JSON 2.0 (feishu.md 7.1,
// 7.2), or a plain text.
import { anchor, h } from "./dom.js";
import { language, t } from "./texts.js";

// draw returns the card, and press is called with the value of a callback button.
export function draw(message, press) {
  const card = message.payload ?? {};
  if (!card.header && !card.body) return h("div", { class: "bubble" }, lines(card.text ?? message.text ?? ""));
  return h("div", { class: "fs-card" }, card.header && header(card.header), h("div", { class: "fs-body" }, elements(card.body?.elements, press)));
}

// text reads a text object in the language of the page, as Feishu reads it in the
// language of the client: i18n_content first, then content.
function text(node) {
  if (!node) return "";
  return node.i18n_content?.[language() === "en" ? "en_us" : "zh_cn"] ?? node.content ?? "";
}

function header(head) {
  return h("div", { class: "fs-head", "data-color": head.template ?? "default" },
    h("div", { class: "fs-title" }, h("b", {}, text(head.title)),
      (head.text_tag_list ?? []).map((tag) => h("span", { class: "fs-tag", "data-color": tag.color ?? "neutral" }, text(tag.text)))),
    head.subtitle && h("div", { class: "fs-sub" }, text(head.subtitle)));
}

const elements = (list, press) => (list ?? []).map((el) => element(el, press));

function element(el, press) {
  switch (el.tag) {
    case "div":
      return h("div", { class: "fs-div" }, el.text && paragraph(el.text), el.fields && fields(el.fields));
    case "plain_text":
    case "markdown":
    case "lark_md":
      return paragraph(el);
    case "hr":
      return h("hr");
    case "column_set":
      return h("div", { class: "fs-columns" }, (el.columns ?? []).map((c) => h("div", { class: "fs-column", "data-width": c.width ?? "auto" }, elements(c.elements, press))));
    case "collapsible_panel":
      return h("details", { open: el.expanded === true }, h("summary", {}, text(el.header?.title)), elements(el.elements, press));
    case "form":
      return h("div", { class: "fs-form" }, elements(el.elements, press));
    case "button":
      return button(el, press);
    default:
      return h("p", { class: "muted small" }, t("message.unknown", { tag: el.tag ?? "?" }));
  }
}

function paragraph(node) {
  const small = node.text_size === "notation";
  return h("p", { class: small ? "small" : null, "data-ink": node.text_color ?? null }, lines(text(node)));
}

function fields(list) {
  return h("div", { class: "fs-fields" },
    list.map((f) => h("div", { class: f.is_short ? "short" : "long" }, lines(text(f.text)))));
}

function button(el, press) {
  const kind = `fs-button ${el.type ?? "default"}`;
  const open = el.behaviors?.find((b) => b.type === "open_url");
  const back = el.behaviors?.find((b) => b.type === "callback");
  if (open && !back) return anchor(open.default_url || open.pc_url, text(el.text), { class: kind });
  const action = back?.value?.act ?? el.name ?? "";
  return h("button", { type: "button", class: kind, disabled: el.disabled === true || !action, onclick: () => press(action, text(el.text)) }, text(el.text));
}

const lines = (s) => s.split("\n").flatMap((line, i) => (i ? [h("br"), line] : [line]));
