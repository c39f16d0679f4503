// The drawer in which a channel is tested, stage by stage as they happen.
import { announce, bind, language, say } from "./words.js";

const byId = (id) => document.getElementById(id);
const drawer = byId("test-drawer");
const form = byId("test-form");
const stages = byId("test-stages");
const outcome = byId("test-outcome");
let channel = "";
let opener = null; // what the drawer was opened with
let running = null; // the AbortController of the test under way

// speakText writes a text that has both languages.
function speakText(element, text) {
  element.dataset.zh = text.zh;
  element.dataset.en = text.en;
  element.textContent = text[language()];
  return element;
}
const make = (tag, className = "") => Object.assign(document.createElement(tag), { className });

function nameIn(lang) {
  const texts = JSON.parse(byId("texts").textContent);
  return texts[`frame.js.name.${channel}`]?.[lang] ?? channel;
}

// bindNamed is bind with the channel's name in each language.
function bindNamed(element, key, values = {}) {
  bind(element, key, values);
  for (const lang of ["zh", "en"]) element.dataset[lang] = element.dataset[lang].replace("{name}", nameIn(lang));
  element.textContent = element.dataset[language()];
}

document.addEventListener("click", async (event) => {
  const tester = event.target.closest?.("[data-test]");
  if (tester) {
    opener = tester;
    open(tester.dataset.test, tester.hasAttribute("data-draft"));
  }
  const copier = event.target.closest?.("[data-copy-text]");
  if (copier) copy(copier.dataset.copyText);
});

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea");
    area.value = text;
    (drawer.open ? drawer : document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  announce(say("frame.js.copied"));
}

function draftForm() {
  return document.querySelector(`[data-channel-form="${channel}"]`);
}

function open(which, draft) {
  if (which !== channel) {
    stages.replaceChildren();
    outcome.replaceChildren();
  }
  channel = which;
  bindNamed(byId("test-title"), "frame.js.test.title");
  const has = Boolean(draftForm());
  byId("test-source").hidden = !has;
  form.elements.source.value = has && draft ? "draft" : "saved";
  drawer.showModal();
  byId("test-to").focus();
  left();
}

// left tells how many tests the hour holds yet.
async function left() {
  try {
    const answer = await fetch("/channels/tests", { headers: { "HX-Request": "true" } });
    if (answer.ok) bind(byId("test-left"), "frame.js.test.left", await answer.json());
  } catch {
    // The limit itself stays written there.
  }
}

// What the message says may need another field.
form?.addEventListener("change", () => {
  byId("test-state-field").hidden = form.elements.show.value !== "sample";
  byId("test-delivery-field").hidden = form.elements.show.value !== "delivery";
});

function shows() {
  const show = form.elements.show.value;
  if (show === "sample") return { show, state: form.elements.state.value };
  if (show === "delivery") return { show, delivery_id: form.elements.delivery.value.trim().replace(/^#/, "") };
  return {};
}

// draft is what the open form holds and differs from what is saved.
function draft() {
  const fields = {};
  for (const input of draftForm()?.elements ?? []) {
    if (!input.name || input.name === "etag" || input.name.startsWith("limits.") || input.name === "enable" || (input.type === "radio" && !input.checked)) continue;
    if (input.type === "checkbox") fields[input.name] = input.checked;
    else if (input.dataset.secret !== undefined) { if (input.value) fields[input.name] = input.value; }
    else if (input.inputMode === "numeric") fields[input.name] = input.value === "" ? null : Number(input.value) || input.value;
    else fields[input.name] = input.value === "" ? null : input.value;
  }
  return fields;
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
byId("test-stop")?.addEventListener("click", () => running?.abort());
drawer?.addEventListener("close", () => {
  running?.abort();
  // What opened the drawer may have been replaced since: the focus goes to what stands in its place.
  if (!opener?.isConnected) document.querySelector(`[data-test="${channel}"]`)?.focus();
});

async function run() {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  stages.replaceChildren();
  outcome.replaceChildren();
  const nobody = form.elements.to.value.trim() === "";
  const told = byId("test-to-error");
  if (nobody) {
    bind(told, "frame.js.test.nobody");
    form.elements.to.setAttribute("aria-invalid", "true");
    form.elements.to.focus();
    return;
  }
  told.textContent = "";
  delete told.dataset.zh;
  delete told.dataset.en;
  form.elements.to.removeAttribute("aria-invalid");
  busy(true);
  const began = new Date();
  const body = { to: { [form.elements.kind.value]: form.elements.to.value.trim() }, ...shows() };
  const saved = form.elements.source.value === "saved" || byId("test-source").hidden;
  if (!saved) body.draft = draft();
  try {
    const answer = await fetch(`/channels/${channel}/test`, {
      method: "POST", body: JSON.stringify(body), signal: mine.signal,
      headers: { "Content-Type": "application/json", Accept: "text/event-stream", "Page-Language": language() },
    });
    if (!answer.headers.get("Content-Type")?.startsWith("text/event-stream")) {
      await refuse(answer);
      return;
    }
    for await (const [kind, data] of events(answer.body)) {
      if (mine !== running) return;
      if (kind === "stage") show(data);
      if (kind === "report") finish(data, began, saved);
      if (kind === "problem") problem(data);
    }
  } catch (error) {
    const line = make("p", "muted");
    bind(line, error.name === "AbortError" ? "frame.js.test.stopped" : "frame.js.offline");
    outcome.replaceChildren(line);
  } finally {
    if (mine === running) busy(false);
    left();
  }
}

function busy(on) {
  byId("test-send").disabled = on;
  byId("test-send").setAttribute("aria-busy", String(on));
  byId("test-stop").hidden = !on;
}

async function refuse(answer) {
  if (answer.status === 401) { // the session is over
    document.dispatchEvent(new Event("signed-out"));
    return;
  }
  if (answer.status === 429) {
    const line = make("p", "error");
    bind(line, "frame.js.test.wait", { minutes: Math.ceil(Number(answer.headers.get("Retry-After") ?? 60) / 60) });
    outcome.replaceChildren(line);
    return;
  }
  if (answer.headers.get("Content-Type")?.includes("json")) problem(await answer.json());
  else throw new Error("no answer");
}

// labelOf is what the page calls a field of the API.
function labelOf(field) {
  const name = field.replace(/^draft\./, "");
  const label = field === "delivery_id" ? drawer.querySelector('label[for="test-delivery"]')
    : field.startsWith("to") ? drawer.querySelector('label[for="test-to"]')
      : draftForm()?.querySelector(`[data-field="${CSS.escape(name)}"] :is(label > span, label:not(:has(> span)))`);
  return label?.textContent.trim() || field;
}

function problem(p) {
  const box = make("div", "alert alert-danger");
  box.append(Object.assign(make("p"), { textContent: `${p.title ?? ""} ${p.detail ?? ""}` }));
  const list = make("ul");
  for (const e of p.errors ?? []) list.append(Object.assign(make("li"), { textContent: `${labelOf(e.field)}${language() === "zh" ? "：" : ": "}${e.message}` }));
  if (list.children.length) box.append(list);
  outcome.replaceChildren(box);
}

// events reads a stream of server-sent events.
async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const parts = rest.split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const kind = /^event: (.*)$/m.exec(part)?.[1];
      const data = /^data: (.*)$/m.exec(part)?.[1];
      if (kind && data) yield [kind, JSON.parse(data)];
    }
  }
}

// show writes a stage: running, or how it went.
function show(stage) {
  let line = stages.querySelector(`[data-stage="${CSS.escape(stage.name)}"]`);
  if (!line) {
    line = make("li");
    line.dataset.stage = stage.name;
    stages.append(line);
  }
  line.className = stage.running ? "running" : stage.ok ? "ok" : "failed";
  const mark = Object.assign(make("span", "sign"), { textContent: stage.running ? "…" : stage.ok ? "✓" : "✖" });
  mark.setAttribute("aria-hidden", "true");
  const what = make("span", "what");
  bind(what, `frame.js.stage.${stage.name}`);
  const how = make("span", "unseen");
  bind(how, `frame.js.stage.${stage.running ? "running" : stage.ok ? "ok" : "failed"}`);
  const took = Object.assign(make("span", "took"), { textContent: stage.running ? "" : `${stage.duration_ms} ms` });
  const detail = Object.assign(make("span", "detail"), { textContent: stage.detail ?? "" });
  line.replaceChildren(mark, what, how, took, detail);
}

function finish(report, began, saved) {
  const box = make("div", report.success ? "alert alert-success" : "alert alert-danger advice");
  if (report.success) {
    const line = make("p");
    bindNamed(line, "frame.js.test.accepted", { id: report.provider_id ?? "" });
    const missing = make("details");
    const summary = make("summary");
    bind(summary, "frame.js.test.missing");
    const why = make("p");
    bind(why, `frame.js.test.missing.${channel}`);
    missing.append(summary, why);
    box.append(line, received(missing), missing);
  } else explain(box, report.error);
  const actions = make("p", "actions");
  if (!report.success) actions.append(button("frame.js.test.again", () => run()));
  actions.append(button("frame.js.test.diagnostics", () => copy(diagnostics(report, began, saved))));
  box.append(actions);
  outcome.replaceChildren(box, ...permissions(report.permissions ?? []));
  document.dispatchEvent(new CustomEvent("channel-tested", { detail: { channel, saved, success: report.success } }));
}

// received asks whether the message arrived: accepted by the provider is not received.
function received(missing) {
  const line = make("p", "actions");
  line.append(button("frame.js.test.received", () => {
    missing.remove();
    bind(line, "frame.js.test.received.good");
    line.className = "good";
  }), button("frame.js.test.not.received", () => {
    missing.open = true;
    missing.querySelector("summary").focus();
  }));
  return line;
}

// permissions is the table of what the test showed of the app's rights.
function permissions(list) {
  if (!list.length) return [];
  const table = make("table", "list permissions");
  const caption = make("caption");
  bind(caption, "frame.js.permission");
  const rows = make("tbody");
  const signs = { granted: "✓", missing: "✖", unknown: "○" };
  for (const p of list) {
    const name = Object.assign(make("th"), { scope: "row" });
    const what = make("span");
    bind(what, `frame.js.permission.${p.name}`);
    name.append(what);
    if (p.scope) name.append(" ", Object.assign(make("code"), { textContent: p.scope }));
    const state = make("td", p.state === "granted" ? "good" : p.state === "missing" ? "bad" : "muted");
    const words = make("span");
    bind(words, `frame.js.permission.${p.state}`);
    state.append(`${signs[p.state]} `, words);
    if (p.url) {
      const link = Object.assign(make("a", "btn btn-sm"), { href: p.url, target: "_blank", rel: "noopener noreferrer" });
      bind(link, "frame.js.permission.grant");
      state.append(" ", link);
    }
    const row = make("tr");
    row.append(name, state);
    rows.append(row);
  }
  table.append(caption, rows);
  const note = make("p", "hint");
  bind(note, "frame.js.permission.note");
  return [table, note];
}

// explain writes what went wrong: title, cause, the address to copy, steps, links.
function explain(box, e) {
  const title = make("p");
  title.append(speakText(make("strong"), e.title), " ", Object.assign(make("code"), { textContent: e.code }));
  box.append(title, speakText(make("p"), e.cause));
  if (e.extract?.ip) {
    const line = make("p", "actions");
    line.append(Object.assign(make("code"), { textContent: e.extract.ip }), button("frame.js.copy.ip", () => copy(e.extract.ip)));
    box.append(line);
  }
  const what = make("p", "what-to-do");
  bind(what, "frame.js.test.what");
  const steps = make("ol");
  for (const step of e.steps ?? []) steps.append(speakText(make("li"), step));
  box.append(what, steps);
  const links = make("p", "actions");
  for (const l of e.links ?? []) {
    const a = speakText(make("a", "btn btn-sm"), l.text);
    Object.assign(a, { href: l.url, target: "_blank", rel: "noopener noreferrer" });
    links.append(a);
  }
  if (links.children.length) box.append(links);
  const raw = make("details");
  const summary = make("summary");
  bind(summary, "frame.js.raw");
  raw.append(summary, Object.assign(make("pre"), { textContent: e.message }));
  box.append(raw);
}

function button(key, act) {
  const b = make("button", "btn btn-sm");
  b.type = "button";
  bind(b, key);
  b.addEventListener("click", act);
  return b;
}

// diagnostics is the test as text for a ticket or a chat: no configuration, and the
// address of the receiver masked.
function diagnostics(report, began, saved) {
  const to = form.elements.to.value.trim();
  const lines = [
    `ticketbell ${document.querySelector("[data-version]")?.dataset.version ?? ""} · ${channel} · ${began.toISOString()} · ${saved ? "saved" : "draft"}`,
    `to: ${form.elements.kind.value} ${to.slice(0, 1)}***`,
    ...report.stages.map((s) => `${s.ok ? "ok    " : "FAILED"} ${s.name} ${s.duration_ms} ms ${mask(s.detail ?? "", to)}`),
  ];
  if (report.error) lines.push(`${report.error.class} ${report.error.code}: ${mask(report.error.message, to)}`);
  if (report.provider_id) lines.push(`id: ${mask(report.provider_id, to)}`);
  return lines.join("\n");
}

function mask(text, to) {
  const hidden = to ? text.replaceAll(to, `${to.slice(0, 1)}***`) : text;
  return hidden.replace(/\b([\w.+-])[\w.+-]*@([\w.-]+)/g, "$1***@$2").replace(/\b(\+?\d{3})\d{4,}(\d{4})\b/g, "$1****$2");
}
