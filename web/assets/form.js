// The form of a new ticket.
import { byId, h } from "./dom.js";
import { send } from "./api.js";
import { adopt } from "./live.js";
import { say, warn } from "./notice.js";
import { refocus } from "./progress.js";
import { t } from "./texts.js";

const form = byId("form");
const problems = byId("form-problems");

// mount lets the form submit itself.
export function mount() {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await create();
      refocus();
    } catch (problem) {
      show(problem);
    }
  });
}

// create submits the ticket as the form has it, and answers with it.
export async function create() {
  clear();
  const button = byId("create");
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    const ticket = adopt(await send("POST", "/api/v1/tickets", draft()));
    say(t("notice.created", { key: ticket.key }));
    byId("composer").open = false;
    return ticket;
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

function draft() {
  const value = (id) => byId(id).value.trim();
  const audit = { level: value("level"), statements: Number(value("statements")) };
  if (value("score") !== "") audit.score = Number(value("score"));
  return {
    title: value("title"),
    description: value("description"),
    project: { key: value("project"), name: byId("project").selectedOptions[0]?.text ?? "" },
    type: value("type") || undefined, // picks the flow with the project
    targets: [{ instance: value("instance"), schema: value("schema"), environment: value("environment") }],
    audit,
    creator: value("creator"),
  };
}

// show writes each error beside its field and all of them above the form.
export function show(problem) {
  byId("composer").open = true;
  const lines = problem.fields.map((e) => beside(e)).filter(Boolean);
  if (!lines.length) warn(problem);
  problems.replaceChildren(h("p", {}, t("form.problems"), " ", problem.message), h("ul", {}, lines));
  problems.hidden = false;
  problems.focus();
}

// beside marks the field of one error and returns the line that leads to it.
function beside({ field = "", message = "" }) {
  const path = field.replace(/^(body|ticket)\./, "");
  const input = form.querySelector(`[data-field="${CSS.escape(path)}"]`) ?? parent(path);
  if (!input) return h("li", {}, `${field} ${message}`);
  const label = form.querySelector(`label[for="${input.id}"]`).textContent;
  const id = `${input.id}-error`;
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", id);
  byId(id)?.remove();
  input.after(h("p", { class: "error", id }, message));
  const go = (event) => {
    event.preventDefault();
    input.focus();
  };
  return h("li", {}, h("a", { href: `#${input.id}`, onclick: go }, label), " ", message);
}

// parent finds the field a longer path belongs to: project.key is said beside project.
function parent(path) {
  return [...form.querySelectorAll("[data-field]")].find((el) => path.startsWith(`${el.dataset.field}.`));
}

function clear() {
  problems.hidden = true;
  problems.replaceChildren();
  for (const el of form.querySelectorAll("p.error")) el.remove();
  for (const el of form.querySelectorAll("[aria-invalid]")) {
    el.removeAttribute("aria-invalid");
    el.removeAttribute("aria-describedby");
  }
}
