// Notices: a toast that passes by, the same words in the page for good, and spoken.
import { byId, clock, h } from "./dom.js";

const stay = 6000; // milliseconds a toast is seen
const kept = 30; // notices in the page

export const say = (text) => notice(text, "info");

// warn says an error, for instance a Problem.
export const warn = (error) => notice(error.message ?? String(error), "bad");

// speak is for screen readers only: what eyes see anyway.
export function speak(text) {
  byId("said").textContent = text;
}

// note writes down and speaks what a device has shown already.
export const note = (text) => jot(text, "info");

function notice(text, tone) {
  jot(text, tone);
  const toast = h("p", { class: `toast ${tone}` }, text);
  byId("toasts").append(toast);
  setTimeout(() => toast.remove(), stay);
}

function jot(text, tone) {
  const now = new Date().toISOString();
  byId("log-empty").hidden = true;
  byId("log").prepend(h("li", { class: tone }, h("time", { datetime: now }, clock(now)), " ", text));
  while (byId("log").children.length > kept) byId("log").lastElementChild.remove();
  byId(tone === "bad" ? "warned" : "said").textContent = text;
}
