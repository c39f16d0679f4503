// Draws a Feishu message from its content on the wire: Card JSON 2.0 (feishu.md 7.1,
// 7.2), a rich text ("post"), or a plain text.
import { anchor, h } from "./dom.js";
import { confirmed, draft, guarded, keep, press } from "./press.js";
import { language, t } from "./texts.js";

// draw returns the message. Its buttons press as the person whose message it is.
export function draw(message) {
  const card = message.payload ?? {};
  const post = card[language() === "en" ? "en_us" : "zh_cn"] ?? card.zh_cn ?? card.en_us;
  if (post) return richText(post);
  if (!card.header && !card.body) return h("div", { class: "bubble" }, linked(card.text ?? message.text ?? ""));
  return h("div", { class: "fs-card" }, card.header && header(card.header), h("div", { class: "fs-body" }, elements(card.body?.elements, { message })));
}

// richText is a title and paragraphs of text and links.
function richText(post) {
  return h("div", { class: "bubble fs-post" }, post.title && h("b", {}, post.title),
    (post.content ?? []).map((paragraph) => h("p", {}, paragraph.flatMap((span) => (span.tag === "a" ? [anchor(span.href, span.text)] : lines(span.text ?? ""))))));
}

// linked shows the addresses in a text as links, as a client does.
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>]+)/).flatMap((part, i) => (i % 2 ? [anchor(part, part)] : lines(part)));
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

// elements draws a list; place says in which message it stands, and in which form.
const elements = (list, place) => (list ?? []).map((el) => element(el, place));

function element(el, place) {
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
      return h("div", { class: "fs-columns" }, (el.columns ?? []).map((c) => h("div", { class: "fs-column", "data-width": c.width ?? "auto" }, elements(c.elements, place))));
    case "collapsible_panel":
      return h("details", { open: el.expanded === true }, h("summary", {}, text(el.header?.title)), elements(el.elements, place));
    case "form":
      return h("div", { class: "fs-form" }, elements(el.elements, { ...place, inputs: [] }));
    case "input":
      return input(el, place);
    case "button":
      return button(el, place);
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

// input is a field of a form; the form knows it by its name.
function input(el, { message, inputs = [] }) {
  const id = `${message.id}-${el.name}`;
  const tag = el.input_type === "multiline_text" ? "textarea" : "input";
  const field = h(tag, { id, name: el.name, rows: el.rows, maxlength: el.max_length, placeholder: text(el.placeholder), required: el.required === true, "aria-describedby": `${id}-error` });
  field.value = draft(message, el.name, el.default_value);
  const error = h("p", { class: "error", id: `${id}-error` });
  const complain = (words) => {
    error.textContent = words;
    field.toggleAttribute("aria-invalid", Boolean(words));
  };
  field.addEventListener("input", () => {
    keep(message, el.name, field.value);
    complain("");
  });
  inputs.push({ field, complain });
  return h("div", { class: "field" }, el.label && h("label", { for: id }, text(el.label)), field, error);
}

function button(el, { message, inputs }) {
  const kind = `fs-button ${el.type ?? "default"}`;
  const open = el.behaviors?.find((b) => b.type === "open_url");
  const back = el.behaviors?.find((b) => b.type === "callback");
  if (open && !back) return anchor(open.default_url || open.pc_url, text(el.text), { class: kind });
  const action = back?.value?.act ?? el.name ?? "";
  const submit = el.form_action_type === "submit" && inputs;
  const act = async () => {
    if (submit && !filled(inputs)) return;
    if (el.confirm && !(await confirmed(text(el.confirm.title), text(el.confirm.text), text(el.text)))) return;
    await press(message, action, text(el.text), submit ? Object.fromEntries(inputs.map(({ field }) => [field.name, field.value.trim()])) : {});
  };
  return h("button", { type: "button", class: kind, disabled: el.disabled === true || !action, "data-act": action, onclick: guarded(act) }, text(el.text));
}

// filled keeps a press back while something required is missing, as Feishu does.
function filled(inputs) {
  const missing = inputs.filter(({ field }) => field.required && !field.value.trim());
  for (const { complain } of missing) complain(t("reason.required"));
  missing[0]?.field.focus();
  return missing.length === 0;
}

const lines = (s) => s.split("\n").flatMap((line, i) => (i ? [h("br"), line] : [line]));
