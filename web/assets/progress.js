// Where the ticket stands, and what can be done with it now.
import { byId, h, when } from "./dom.js";
import { send } from "./api.js";
import { adopt } from "./live.js";
import { say, warn } from "./notice.js";
import { actorsNow, nameOf, namesOf, on, state, stepName } from "./state.js";
import { ask } from "./reason.js";
import { t, word } from "./texts.js";

const ended = ["succeeded", "completed", "canceled"];
const main = ["approve", "start", "succeed", "resubmit"];
const danger = ["reject", "fail", "cancel"];

let route = { id: "", total: 0 }; // of the ticket shown
let busy = false; // while an action is on its way

// mount draws the progress whenever the ticket or the language changes.
export function mount() {
  on("ticket language", draw);
  draw();
}

function draw() {
  const ticket = state.ticket;
  if (!ticket) {
    byId("progress").replaceChildren(h("p", { class: "empty" }, t("ticket.empty")));
    return;
  }
  const focused = document.activeElement?.closest("#progress")?.id && (document.activeElement.dataset.action ?? "");
  byId("progress").replaceChildren(...[heading(ticket), stepper(ticket), actions(ticket), trail(ticket)].filter(Boolean));
  if (focused !== undefined) refocus(focused);
}

// refocus keeps the keyboard where it was: on the same button, else on the next thing to do.
export function refocus(action = "") {
  const find = (selector) => byId("progress").querySelector(selector);
  (find(`button[data-action="${action}"]`) ?? find("button[data-action]"))?.focus({ preventScroll: true });
}

function heading(ticket) {
  const waits = namesOf(actorsNow(ticket));
  const open = ticket.status.startsWith("waiting_") || ticket.status === "executing";
  return h("div", { class: "ticket-head" },
    h("p", { class: "ticket-title" }, ticket.title),
    h("p", { class: "muted" },
      h("span", { class: "pill", "data-tone": ticket.status, id: "status" }, word("status", ticket.status)),
      ` #${ticket.key} · ${ticket.project?.name || ticket.project?.key || ""}`,
      open && waits ? ` · ${t("ticket.waits", { people: waits })}` : ""));
}

// stepper shows submit, the steps of the flow and where they stopped. The ticket names
// only its current step; the others are named by what happened, or by their kind.
function stepper(ticket) {
  const passed = passedOf(ticket);
  const index = ticket.step?.index || passed.length + 1;
  const total = lengthOf(ticket, index);
  const items = [step(t("step.submit"), ticket.creator?.name || nameOf(ticket.creator?.username ?? ""), "done")];
  for (let i = 1; i <= total; i++) {
    const [name, who] = i === index ? here(ticket, total) : [passed[i - 1]?.step, nameOf(passed[i - 1]?.by ?? "")];
    items.push(step(name ? stepName(name) : t(i < total ? "step.review" : "step.execute"), who, standing(ticket.status, i, index)));
  }
  return h("ol", { class: "stepper" }, items);
}

// passedOf are the reviews passed since the ticket was last submitted.
function passedOf(ticket) {
  let passed = [];
  let over = false; // the round ended with a rejection
  for (const m of ticket.trail ?? []) {
    if (over || m.kind === "submitted" || m.kind === "resubmitted") passed = [];
    over = m.kind === "rejected";
    if (m.kind === "passed") passed.push(m);
  }
  return over && ticket.status.startsWith("waiting_") ? [] : passed;
}

// here says the current step and its people. A ticket that was sent back, is executed or
// is over names no step: then it is whoever did the last thing.
function here(ticket, total) {
  if (ticket.step) return [ticket.step.name, namesOf((ticket.step.assignees ?? []).map((p) => p.username))];
  const kind = ticket.status === "rejected" && total === 1 ? t("step.review") : "";
  return [kind, nameOf(ticket.trail?.at(-1)?.by ?? "")];
}

// lengthOf is how many steps the ticket has: what it says now, or said before.
function lengthOf(ticket, index) {
  if (route.id !== ticket.id) route = { id: ticket.id, total: 0 };
  route.total = Math.max(route.total, ticket.step?.total ?? 0, index);
  return route.total;
}

function standing(status, i, index) {
  if (i < index || status === "succeeded" || status === "completed") return "done";
  if (i > index) return "ahead";
  return status === "rejected" || status === "failed" || status === "canceled" ? "stopped" : "current";
}

function step(name, who, stand) {
  return h("li", { class: stand, "aria-current": stand === "current" ? "step" : null },
    h("span", { class: "dot", "aria-hidden": "true" }),
    h("span", {}, h("b", {}, name), who && h("span", { class: "who" }, who), h("small", {}, t(`step.${stand}`))));
}

function actions(ticket) {
  const offered = (ticket.actions ?? []).filter((a) => a.by?.length);
  if (!offered.length) return ended.includes(ticket.status) && h("p", { class: "empty" }, t("ticket.over"));
  return h("ul", { class: "acts" }, offered.map(({ action, by }) => act(ticket, action, by)));
}

function act(ticket, action, by) {
  const who = by.length > 1
    ? h("select", { "aria-label": t("ticket.actor", { action: word("action", action) }) },
      by.map((username) => h("option", { value: username }, nameOf(username))))
    : h("span", { class: "who" }, nameOf(by[0]));
  const tone = main.includes(action) ? "primary" : danger.includes(action) ? "danger" : "";
  const button = h("button", { type: "button", class: tone, "data-action": action }, word("action", action));
  button.addEventListener("click", () => press(ticket, action, who.value ?? by[0], button));
  return h("li", {}, button, h("span", { class: "muted" }, t("ticket.by")), who);
}

// press leaves the button enabled while it works, because a disabled one loses the focus.
async function press(ticket, action, by, button) {
  if (busy) return;
  busy = true;
  button.setAttribute("aria-busy", "true");
  try {
    const reason = action === "reject" || action === "fail" ? await ask(action) : "";
    if (reason !== null) await perform(ticket, action, by, reason);
  } catch (problem) {
    warn(problem);
  } finally {
    busy = false;
    button.removeAttribute("aria-busy");
  }
}

// perform takes an action as that person, and answers with the ticket after it.
export async function perform(ticket, action, by, reason = "") {
  const path = `/api/v1/tickets/${encodeURIComponent(ticket.id)}/actions`;
  const after = adopt(await send("POST", path, { action, reason, by }));
  const done = word("action", action).replace("…", "");
  say(t("notice.acted", { person: nameOf(by), action: done, status: word("status", after.status) }));
  return after;
}

function trail(ticket) {
  if (!ticket.trail?.length) return null; // nothing was decided yet
  return h("details", { class: "trail", open: true }, h("summary", {}, t("ticket.trail")),
    h("ol", {}, ticket.trail.map((m) => h("li", {},
      when(m.at), " ", h("b", {}, nameOf(m.by ?? "")), " ", word("kind", m.kind), m.step ? h("span", { class: "muted" }, ` · ${stepName(m.step)}`) : ""))));
}
