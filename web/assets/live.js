// Keeps the state equal to the server's: the stream says that something changed, and
// everything is read again.
import { byId } from "./dom.js";
import { put, state } from "./state.js";
import { read } from "./api.js";
import { say } from "./notice.js";
import { t } from "./texts.js";

const gather = 80; // milliseconds in which changes are taken together
const unsettled = ["queued", "sending", "retrying"];

let timer = 0;
let reading = null; // the rounds that run
let again = false;

// refresh reads everything now. What is asked for during a round shares the next one,
// for the round may have read before the change.
export function refresh() {
  again = true;
  reading ??= rounds().finally(() => (reading = null));
  return reading;
}

async function rounds() {
  while (again) {
    again = false;
    await round();
  }
}

// soon refreshes after a moment in which further changes may join.
export function soon(delay = gather) {
  clearTimeout(timer);
  timer = setTimeout(refresh, delay);
}

let stream = null;

// follow opens the stream and opens it again when the server went away.
export function follow() {
  stream?.close();
  stream = new EventSource("/sandbox/stream");
  stream.onopen = () => {
    byId("offline").hidden = true;
    soon(0);
  };
  stream.onmessage = () => soon();
  stream.onerror = () => {
    byId("offline").hidden = false;
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, 3000);
  };
}

// A page nobody looks at gives its line back: a browser has six for all its tabs.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "hidden") follow();
  else stream?.close();
});

async function round() {
  const id = state.ticket?.id;
  const query = id && encodeURIComponent(id);
  await Promise.all([
    part("messages", read("/sandbox/messages").then((a) => a.items ?? [])),
    part("faults", read("/sandbox/faults").then((a) => a.items ?? a.faults ?? [])),
    id && readTicket(id, query),
    id && part("deliveries", read(`/api/v1/deliveries?ticket=${query}&limit=100`).then((a) => a.items ?? []), id),
  ]);
  // A delivery moves on without a message arriving, so the stream does not tell of it.
  if (state.deliveries.some((d) => unsettled.includes(d.status))) soon(1000);
}

// part keeps what is shown when one of the reads fails: the strip says it is old. What was
// read for a ticket is dropped when the page has gone on to another.
async function part(name, answer, id) {
  try {
    const value = await answer;
    if (!id || state.ticket?.id === id) put(name, value);
  } catch {
    // The stream reports a server that went away.
  }
}

async function readTicket(id, query) {
  try {
    const ticket = await read(`/api/v1/tickets/${query}`);
    if (state.ticket?.id === id && ticket.revision >= state.ticket.revision) put("ticket", ticket);
  } catch (problem) {
    if (problem.status === 404) forget();
  }
}

// forget lets go of a ticket that is gone, for instance after the demo was restarted.
function forget() {
  sessionStorage.removeItem("ticket");
  put("ticket", null);
  put("deliveries", []);
  say(t("notice.forgotten"));
}

// adopt makes a ticket the one the page is about, and returns it.
export function adopt(ticket) {
  if (state.ticket?.id !== ticket.id) put("deliveries", []);
  sessionStorage.setItem("ticket", ticket.id);
  put("ticket", ticket);
  soon(0);
  return ticket;
}

// recall takes up the ticket a card links to (/?ticket=2), else the one of before a reload.
export async function recall() {
  const id = new URLSearchParams(location.search).get("ticket") || sessionStorage.getItem("ticket");
  if (!id) return;
  try {
    adopt(await read(`/api/v1/tickets/${encodeURIComponent(id)}`));
    byId("composer").open = false;
  } catch {
    sessionStorage.removeItem("ticket");
  }
}
