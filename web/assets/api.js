// Calls to our own server, and the curl of the last one.
import { byId } from "./dom.js";
import { setup } from "./state.js";
import { language, t } from "./texts.js";

// Problem is an answer of application/problem+json, or no answer at all.
export class Problem extends Error {
  constructor(status, body = {}) {
    super(body.detail || body.title || (status ? t("problem.status", { status }) : t("problem.network")));
    this.status = status;
    this.fields = Array.isArray(body.errors) ? body.errors : [];
  }
}

// read gets a resource; it is not shown as the last call.
export const read = (path) => call("GET", path);

// write changes something nobody pressed a button for; it is not shown either.
export const write = (method, path, body) => call(method, path, body);

const remembered = 20; // calls

// calls are those somebody asked for, the newest first.
export const calls = [];

// send makes a call somebody asked for, and remembers it and how it went.
export async function send(method, path, body) {
  const made = { method, path, body, at: new Date().toISOString(), status: 0, took_ms: 0 };
  calls.unshift(made);
  calls.splice(remembered);
  heard.forEach((hear) => hear());
  const begun = performance.now();
  try {
    const content = await call(method, path, body);
    made.status = 200;
    return content;
  } catch (problem) {
    made.status = problem.status;
    throw problem;
  } finally {
    made.took_ms = Math.round(performance.now() - begun);
    heard.forEach((hear) => hear());
  }
}

async function call(method, path, body) {
  const headers = { Authorization: `Bearer ${setup.token}`, Accept: "application/json", "Accept-Language": language() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Problem(0);
  }
  const content = await answer.json().catch(() => ({}));
  if (answer.status === 401) byId("stale").hidden = false; // the demo was started again
  if (!answer.ok) throw new Problem(answer.status, content);
  return content;
}

const heard = [];

export const onCall = (hear) => heard.push(hear);

// curl writes a call for a shell; masked hides the token.
export function curl({ method, path, body }, { masked }) {
  const lines = [`curl -sS -X ${method} ${quote(location.origin + path)}`];
  lines.push(`-H ${quote(`Authorization: Bearer ${masked ? "tb_…" : setup.token}`)}`);
  if (body !== undefined) {
    lines.push(`-H ${quote("Content-Type: application/json")}`, `-d ${quote(JSON.stringify(body))}`);
  }
  return lines.join(" \\\n  ");
}

const quote = (s) => `'${s.replaceAll("'", `'\\''`)}'`;
