// All words of the page, from the catalogue the server wrote into it.
import { remember } from "./cookie.js";
import { byId } from "./dom.js";

const texts = JSON.parse(byId("texts").textContent);
const written = document.documentElement.lang === "en" ? "en" : "zh";

let current = written;

export const language = () => current;

// t says the text of key; {name} is replaced by vars.name.
export function t(key, vars = {}) {
  const text = texts[key]?.[current] ?? key;
  return text.replace(/\{(\w+)\}/g, (hole, name) => vars[name] ?? hole);
}

// word says a word of a closed list ("status", "delivery" …), and a word it does not
// know as it is.
export function word(list, name) {
  return texts[`${list}.${name}`] ? t(`${list}.${name}`) : name;
}

// choose switches the language and keeps the choice.
export function choose(lang) {
  const before = current;
  current = lang === "en" ? "en" : "zh";
  remember("language", current);
  write(before);
}

// write puts the texts into the page. A sample nobody touched changes its language;
// what somebody typed stays.
export function write(before = written) {
  document.documentElement.lang = current === "en" ? "en" : "zh-CN";
  document.title = `${t("page.title")} · ticketbell`;
  for (const el of document.querySelectorAll("[data-t]")) el.textContent = t(el.dataset.t);
  for (const el of document.querySelectorAll("[data-sample]")) {
    if (el.value === texts[el.dataset.sample][before]) el.value = t(el.dataset.sample);
  }
  const other = byId("language").firstElementChild;
  other.lang = current === "en" ? "zh-CN" : "en";
  other.textContent = t("language.other");
}
