// The page of the channels: unsaved changes, moved destinations, presets, ports.
import "./testing.js";
import { announce, say } from "./words.js";

const forms = () => document.querySelectorAll("form[data-guard]");

// What a form held when it came.
const began = new WeakMap();
function remember(form) {
  if (!began.has(form)) began.set(form, held(form));
}
const held = (form) => JSON.stringify([...new FormData(form)]);
const dirty = (form) => began.has(form) && began.get(form) !== held(form);

function look() {
  for (const form of forms()) remember(form);
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

// A test of what is saved may have ended a pause: the panel shows it, unless it is
// being edited.
document.addEventListener("channel-tested", (event) => {
  const { channel, saved } = event.detail;
  if (saved && !document.querySelector(`[data-channel-form="${channel}"]`) && document.getElementById(channel)) {
    globalThis.htmx.ajax("GET", `/channels/${channel}`, { target: `#${channel}`, swap: "outerHTML" });
  }
});
