// The words of the playground and its devices: those that the server wrote into the page.
import { language, say as t } from "./words.js";

export { language, t };

const texts = JSON.parse(document.getElementById("texts")?.textContent ?? "{}");

// word says a word of a closed list ("status", "delivery" …), and a word it does not
// know as it is.
export function word(list, name) {
  return texts[`${list}.${name}`] ? t(`${list}.${name}`) : name;
}

// sample gives a field that nobody touched its sample in the language of the page; what
// somebody typed stays.
export function sample(field) {
  const text = texts[field.dataset.sample];
  if (Object.values(text).includes(field.value)) field.value = text[language()];
}
