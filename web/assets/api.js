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

// send makes a call somebody asked for, and remembers it for the curl.
export function send(method, path, body) {
  last = { method, path, body };
  heard.forEach((hear) => hear());
  return call(method, path, body);
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

let last = null;
const heard = [];

export const onCall = (hear) => heard.push(hear);

// curl writes the last call for a shell; masked hides the token. "" when there was none.
export function curl({ masked }) {
  if (!last) return "";
  const lines = [`curl -sS -X ${last.method} ${quote(location.origin + last.path)}`];
  lines.push(`-H ${quote(`Authorization: Bearer ${masked ? "tb_…" : setup.token}`)}`);
  if (last.body !== undefined) {
    lines.push(`-H ${quote("Content-Type: application/json")}`, `-d ${quote(JSON.stringify(last.body))}`);
  }
  return lines.join(" \\\n  ");
}

const quote = (s) => `'${s.replaceAll("'", `'\\''`)}'`;
