// The page of the channels: unsaved changes, moved destinations, presets, ports.
import "./testing.js";
import { announce, language, say, speak } from "./words.js";

const forms = () => document.querySelectorAll("form[data-guard]");

// What a form held when it came.
const began = new WeakMap();
function remember(form) {
  if (!began.has(form)) began.set(form, held(form));
}
const held = (form) => JSON.stringify([...new FormData(form)]);
// What was refused is typed and not saved, although the form came with it.
const dirty = (form) => form.hasAttribute("data-typed") || (began.has(form) && began.get(form) !== held(form));

function look() {
  for (const form of forms()) {
    remember(form);
    caution(form);
    const note = form.querySelector("[data-dirty]");
    if (note) note.hidden = !dirty(form);
  }
}
look();
document.addEventListener("htmx:afterSettle", look);

document.addEventListener("input", (event) => changed(event.target));
document.addEventListener("change", (event) => changed(event.target));

function changed(input) {
  const form = input.closest?.("form[data-guard]");
  if (!form) return;
  if (input.matches("[data-preset]")) preset(form, input.value);
  if (input.name === "port") port(form, input.value);
  if (input.name === "security") security(form, input.value);
  if (form.matches("[data-general]")) { example(form); named(form); }
  caution(form);
  const mark = form.querySelector("[data-dirty]");
  if (mark) mark.hidden = !dirty(form);
  moved(form);
}

// moved tells that saving drops the secrets: a field that says where they go changed.
function moved(form) {
  const note = form.querySelector("[data-moved]");
  if (!note || !form.querySelector("[data-kept]")) return;
  const sent = [...form.querySelectorAll("[data-sent]")];
  const changedNow = sent.some((i) => (i.type === "checkbox" ? i.checked !== i.defaultChecked
    : i.tagName === "SELECT" ? ![...i.options].some((o) => o.selected && o.defaultSelected) : i.value.trim() !== i.defaultValue.trim()));
  note.hidden = !changedNow;
  for (const kept of form.querySelectorAll("[data-kept]")) kept.classList.toggle("dropped", changedNow);
}

function preset(form, value) {
  if (!value) return;
  const [host, portOf, mode] = value.split(" ");
  form.elements.host.value = host;
  form.elements.port.value = portOf;
  form.elements.security.value = mode;
}

// caution warns of a sender in another domain, and of a certificate nobody verifies.
function caution(form) {
  const { from, username, skip_verify: skip } = form.elements;
  const domain = (field) => /@([^@\s]+)$/.exec(field?.value.trim() ?? "")?.[1].toLowerCase();
  const other = form.querySelector("[data-other-domain]");
  if (other) other.hidden = !domain(from) || !domain(username) || domain(from) === domain(username);
  const unsafe = form.querySelector("[data-unsafe]");
  if (unsafe) unsafe.hidden = !skip.checked;
}

// named shows the head of a page with the name that is typed, or with ours.
function named(form) {
  const field = form.elements.brand_name;
  for (const name of form.querySelectorAll("[data-brand-preview] .brand > span")) {
    for (const lang of ["zh", "en"]) name.dataset[lang] = field.value.trim() || field.dataset[`${lang}Placeholder`];
  }
  speak(language());
}

// example shows what the link of a ticket looks like with what is typed.
function example(form) {
  const { url_prefix: prefix, link_template: template } = form.elements;
  const path = template.value.trim() || "/sqle/project/1/exec-workflow/1024";
  form.querySelector("[data-example]").textContent = prefix.value.trim()
    ? prefix.value.trim().replace(/\/+$/, "") + path.replaceAll("{project}", "pay").replaceAll("{ticket}", "1024") : "—";
}

// A button with data-fill puts its text into a field.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-fill]");
  if (!button) return;
  const field = document.getElementById(button.dataset.fill);
  field.value = button.dataset.with;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});

// Leaving a form with unsaved changes asks first, within the page as well.
document.addEventListener("htmx:confirm", (event) => {
  const form = event.detail.elt.matches("[data-cancel]") && event.detail.elt.closest("form[data-guard]");
  if (!form || !dirty(form)) return;
  event.preventDefault();
  const dialog = document.getElementById("leave");
  dialog.querySelector("[data-leave]").onclick = () => { dialog.close(); event.detail.issueRequest(true); };
  dialog.showModal();
});

// A port suggests how it is encrypted, and the other way round.
function port(form, value) {
  const modes = { 465: "tls", 587: "starttls", 25: "starttls" };
  const mode = modes[value.trim()];
  const select = form.elements.security;
  if (!mode || !select || select.value === "auto" || select.value === "none" || select.value === mode) return;
  select.value = mode;
  announce(say(`channels.js.port.${mode}`));
}
function security(form, mode) {
  const usual = { tls: "465", starttls: "587" };
  const input = form.elements.port;
  if (usual[mode] && ["", "465", "587", "25"].includes(input.value.trim())) input.value = usual[mode];
}

addEventListener("beforeunload", (event) => {
  if ([...forms()].some(dirty)) event.preventDefault();
});

// The panels are kept true: after a test, when a channel begins or ends to need somebody,
// and every half minute. One that is being edited, or has a dialog open, is left alone.
document.addEventListener("channel-tested", (event) => { if (event.detail.saved) renew(event.detail.channel); });
document.addEventListener("live-attention", (event) => {
  const { paused, failing } = event.detail;
  for (const panel of document.querySelectorAll("[data-channel]")) {
    const { channel, state } = panel.dataset;
    const now = paused.includes(channel) ? "paused" : failing.includes(channel) ? "failing" : "";
    if (now !== (["paused", "failing"].includes(state) ? state : "")) renew(channel);
  }
});
document.addEventListener("live-again", renewAll);
setInterval(() => { if (!document.hidden) renewAll(); }, 30_000);

function renewAll() {
  for (const panel of document.querySelectorAll("[data-channel]")) renew(panel.dataset.channel);
}

const drawn = new WeakMap(); // panels and what they were drawn from

async function renew(channel) {
  const busy = () => document.querySelector(`#${channel} :is([data-channel-form], dialog[open], [aria-busy="true"], .result)`);
  if (busy()) return;
  let html;
  try {
    const answer = await fetch(`/channels/${channel}`, { headers: { "HX-Request": "true" } });
    if (!answer.ok) return;
    html = await answer.text();
  } catch {
    return; // the strip says that the server is away
  }
  const panel = document.getElementById(channel);
  if (!panel || busy() || drawn.get(panel) === html) return;
  const focus = panel.contains(document.activeElement) ? mark(document.activeElement) : "";
  const held = seen(document.activeElement) ? document.activeElement : null;
  globalThis.htmx.swap(panel, html, { swapStyle: "outerHTML" });
  const anew = document.getElementById(channel);
  drawn.set(anew, html);
  if (focus) anew.querySelector(focus)?.focus();
  requestAnimationFrame(() => { // a panel above may be higher now
    if (held && held === document.activeElement) held.scrollIntoView({ block: "nearest" });
  });
}

// seen tells whether somebody can see the focus.
function seen(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return element !== document.body && bottom > 0 && top < innerHeight;
}

// mark finds an element again in a panel that was drawn anew.
function mark(element) {
  const name = ["id", "data-test", "data-open", "data-copy", "data-copy-text", "hx-get", "href", "role"].find((a) => element.hasAttribute(a));
  return name ? `[${name}="${CSS.escape(element.getAttribute(name))}"]` : "";
}
