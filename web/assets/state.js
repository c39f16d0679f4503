// What the page knows, and the bell that rings when a part of it changed.
import { byId } from "./dom.js";
import { language, t } from "./texts.js";

// A message that is drawn alone, in a frame, is set up with nothing.
export const setup = JSON.parse(byId("setup")?.textContent ?? "{}");
setup.people ??= [];

export const state = {
  ticket: null, // as GET /api/v1/tickets/{id} answers
  messages: [], // GET /sandbox/messages
  deliveries: [], // GET /api/v1/deliveries?ticket=
  faults: [], // GET /sandbox/faults
  said: [], // what was written to the bot on this page
};

const bell = new EventTarget();

export const on = (names, hear) => names.split(" ").forEach((name) => bell.addEventListener(name, () => hear()));

// put replaces a part of the state and rings when it is really another one.
export function put(name, value) {
  if (JSON.stringify(state[name]) === JSON.stringify(value)) return;
  state[name] = value;
  bell.dispatchEvent(new Event(name));
}

export const ring = (name) => bell.dispatchEvent(new Event(name));

// nameOf says a username as people read it.
export function nameOf(username) {
  return setup.people.find((p) => p.username === username)?.name || username;
}

// stepName says the name of a step in the language of the page.
export const stepName = (name) => setup.steps?.[name]?.[language()] ?? name;

export const namesOf = (usernames) => usernames.map(nameOf).join(t("list.and"));

// actorsNow are the usernames of those who have something to do, or to hear, now.
// Without a ticket it is nobody in particular.
export function actorsNow(ticket) {
  if (!ticket) return [];
  if (ticket.status.startsWith("waiting_")) return (ticket.step?.assignees ?? []).map((p) => p.username);
  if (ticket.status === "executing") return allowed(ticket, "succeed");
  return ticket.creator?.username ? [ticket.creator.username] : [];
}

// allowed are the usernames who may take the action now.
export function allowed(ticket, action) {
  return ticket?.actions?.find((a) => a.action === action)?.by ?? [];
}
