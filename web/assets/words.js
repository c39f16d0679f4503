// The words of a page. The server writes each text in both languages: data-zh and
// data-en on an element, data-zh-title and data-en-title for an attribute.
const texts = JSON.parse(document.getElementById("texts")?.textContent ?? "{}");
const root = document.documentElement;
const attributes = ["aria-label", "placeholder", "title", "data-label"];

export const language = () => (root.lang === "en" ? "en" : "zh");

// say returns a text for scripts; {name} is replaced by values.name.
export function say(key, values = {}) {
  const text = texts[key]?.[language()] ?? key;
  return text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

// bind gives an element another text, in both languages.
export function bind(element, key, values = {}) {
  for (const lang of ["zh", "en"]) {
    const text = texts[key]?.[lang] ?? key;
    element.dataset[lang] = text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
  }
  element.textContent = element.dataset[language()];
}

// speak writes all texts and times of the page, or of a part of it, in a language.
export function speak(lang, part = document) {
  const zone = lang === "en" ? "en" : "zh-CN";
  const changed = root.lang !== zone;
  root.lang = zone;
  for (const el of part.querySelectorAll("[data-zh]")) {
    if (el.textContent !== el.dataset[lang]) el.textContent = el.dataset[lang];
  }
  for (const name of attributes) {
    const other = `data-${lang}-${name}`;
    for (const el of part.querySelectorAll(`[${other}]`)) el.setAttribute(name, el.getAttribute(other));
  }
  for (const el of part.querySelectorAll("time[datetime]:not([data-clock])")) date(el, zone);
  const button = document.getElementById("language-button");
  if (button) button.lang = lang === "en" ? "zh-CN" : "en";
  if (changed) document.dispatchEvent(new CustomEvent("language-changed", { detail: lang }));
}

// date writes how long ago something was, with the moment itself in the tooltip.
function date(el, zone) {
  const at = new Date(el.dateTime);
  const pad = (n) => String(n).padStart(2, "0");
  const offset = -at.getTimezoneOffset();
  const sign = offset < 0 ? "-" : "+";
  const whole = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${pad(at.getHours())}:${pad(at.getMinutes())}`;
  el.title = `${whole} ${sign}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
  const minutes = Math.floor((Date.now() - at) / 60_000);
  let text = whole;
  if (minutes >= 0 && minutes < 1) text = say("frame.js.now");
  else if (minutes >= 1 && minutes < 60) text = say("frame.js.minutes", { n: minutes });
  else if (minutes >= 60 && minutes < 60 * 24) text = say("frame.js.hours", { n: Math.floor(minutes / 60) });
  else if (minutes >= 60 * 24 && minutes < 60 * 24 * 7) text = say("frame.js.days", { n: Math.floor(minutes / 60 / 24) });
  if (el.dataset.exact !== undefined) text = whole;
  if (el.textContent !== text) el.textContent = text;
}

const kept = 30; // notices in the log

// announce says something to screen readers, shows it for a moment and keeps it in the
// log. It only repeats what is on the page already.
export function announce(text, role = "status") {
  const box = document.getElementById("toasts");
  if (!box || !text) return;
  const toast = document.createElement("p");
  toast.className = "toast-line";
  toast.setAttribute("role", role);
  toast.textContent = text;
  box.append(toast);
  log(text);
  setTimeout(() => toast.remove(), 6000);
}

function log(text) {
  const list = document.getElementById("notice-log");
  if (!list) return;
  const line = document.createElement("li");
  const time = document.createElement("span");
  time.className = "muted";
  time.textContent = new Date().toTimeString().slice(0, 8);
  line.append(time, ` ${text}`);
  list.prepend(line);
  while (list.children.length > kept) list.lastElementChild.remove();
}
