// Notices: the frame's toast and its log, and the same words in the page for good.
import { byId, clock, h } from "./dom.js";
import { announce } from "./words.js";

const kept = 30; // notices in the page

export function say(text) {
  jot(text, "info");
  announce(text);
}

// warn says an error, for instance a Problem.
export function warn(error) {
  const text = error.message ?? String(error);
  jot(text, "bad");
  announce(text, "alert");
}

// speak is for screen readers only: what eyes see anyway.
export function speak(text) {
  byId("said").textContent = text;
}

// note writes down and speaks what a device has shown already.
export function note(text) {
  jot(text, "info");
  speak(text);
}

function jot(text, tone) {
  const now = new Date().toISOString();
  byId("log-empty").hidden = true;
  byId("log").prepend(h("li", { class: tone }, h("time", { datetime: now, "data-clock": true }, clock(now)), " ", text));
  while (byId("log").children.length > kept) byId("log").lastElementChild.remove();
}
