// Shows each call that was made as a curl, copies it, and keeps them all as a test case.
import { byId, clock, h, keyed } from "./dom.js";
import { calls, curl, onCall } from "./api.js";
import { say, warn } from "./notice.js";
import { on } from "./state.js";
import { t } from "./texts.js";

let chosen = null; // the call whose curl is shown; null is the newest

// mount shows each call as it is made.
export function mount() {
  onCall(draw);
  on("language", draw);
  byId("copy").addEventListener("click", copy);
  byId("keep").addEventListener("click", keep);
  draw();
}

const shown = () => (calls.includes(chosen) ? chosen : calls[0]);

function draw() {
  const call = shown();
  byId("curl").textContent = call ? curl(call, { masked: true }) : t("call.empty");
  byId("copy").disabled = byId("keep").disabled = !call;
  keyed(byId("calls"), calls, (c) => [c.at, c.path, c.status, c.took_ms, c === call].join("|"), line);
}

// line is a call in the list: choosing it shows its curl.
function line(c) {
  const choose = () => {
    chosen = c;
    draw();
    byId("calls").querySelector("[aria-current=true]")?.focus();
  };
  return h("li", {}, h("button", { type: "button", "aria-current": c === shown() ? "true" : null, onclick: choose },
    clock(c.at), " ", h("b", {}, c.method), " ", h("span", { class: "path" }, c.path), h("small", { class: c.status >= 400 ? "bad" : null }, c.took_ms ? ` ${c.status || "–"} · ${c.took_ms} ms` : "")));
}

// copy takes the token along, so that the command runs as it is. Where the browser
// refuses the clipboard the whole command is laid open and selected.
async function copy() {
  const command = curl(shown(), { masked: false });
  try {
    await navigator.clipboard.writeText(command);
    say(t("call.copied"));
  } catch {
    byId("curl").textContent = command;
    getSelection().selectAllChildren(byId("curl"));
    warn(t("call.manual"));
  }
}

// keep saves what was played, in order and without the token.
function keep() {
  const steps = calls.toReversed().map(({ method, path, body, status }) => ({ method, path, body, status }));
  const file = new Blob([`${JSON.stringify({ name: document.title, steps }, null, 2)}\n`], { type: "application/json" });
  const link = h("a", { href: URL.createObjectURL(file), download: "ticketbell-case.json" });
  link.click();
  URL.revokeObjectURL(link.href);
  say(t("call.kept", { n: steps.length }));
}
