// What every page hears from the server: deliveries, what needs attention, jobs.
// When the line is lost the page says so, and calls what it shows old.
import { announce, bind, say } from "./words.js";

const pause = 5; // seconds before the line is taken up again
let lost = false;
let source;
let drawn = document.body.dataset.drawn; // what changed since is told once

const strip = document.createElement("p");
strip.className = "lost";
strip.setAttribute("role", "alert");
strip.hidden = true;
document.getElementById("main").prepend(strip);

function listen() {
  source = new EventSource(drawn ? `/live?since=${encodeURIComponent(drawn)}` : "/live");
  drawn = "";
  source.addEventListener("open", () => {
    strip.hidden = true;
    delete document.body.dataset.stale;
    if (lost) {
      announce(say("frame.js.live.back"));
      document.dispatchEvent(new Event("live-again"));
    }
    lost = false;
    document.documentElement.dataset.live = "true"; // for whoever watches the page from outside
  });
  source.addEventListener("error", lose);
  source.addEventListener("deliveries", (event) => {
    const told = JSON.parse(event.data);
    document.dispatchEvent(new CustomEvent("live-deliveries", { detail: told }));
    if (told.many) document.dispatchEvent(new Event("live-again"));
  });
  source.addEventListener("attention", (event) => attention(JSON.parse(event.data)));
  source.addEventListener("job", (event) => job(JSON.parse(event.data)));
}

function lose() {
  source.close();
  delete document.documentElement.dataset.live;
  if (!lost) askWhoWeAre();
  lost = true;
  document.body.dataset.stale = "true";
  strip.hidden = false;
  let left = pause;
  const tick = () => {
    bind(strip, "frame.js.live.lost", { n: left });
    if (left-- > 0) return;
    clearInterval(clock);
    listen();
  };
  const clock = setInterval(tick, 1000);
  tick();
}

// askWhoWeAre finds out whether the line is lost because the session is over.
async function askWhoWeAre() {
  const answer = await fetch("/me", { method: "HEAD", headers: { "HX-Request": "true" } }).catch(() => null); // nobody answers: the strip says so
  if (answer) heard(answer);
}

// heard looks whether an answer says that the session is over, which the frame takes up.
function heard(answer) {
  if (answer.status === 401) document.dispatchEvent(new Event("signed-out"));
}

// Badges of the navigation.
function attention(now) {
  badge("deliveries", now.dead);
  badge("channels", now.paused.length + now.failing.length);
  badge("users", now.unreachable);
  banner(now);
  document.dispatchEvent(new CustomEvent("live-attention", { detail: now }));
}

function badge(page, n) {
  const count = document.querySelector(`[data-count="${page}"]`);
  if (!count) return;
  count.hidden = n === 0;
  const words = document.createElement("span");
  words.className = "unseen";
  bind(words, `frame.js.count.${page}`, { n });
  const figure = document.createElement("span");
  figure.setAttribute("aria-hidden", "true");
  figure.textContent = n >= 1000 ? "999+" : n;
  count.replaceChildren(figure, words);
}

// The banner says on every page which channels need somebody; 概览 says it in full.
const region = document.createElement("div");
region.id = "banner";
region.setAttribute("role", "status");
document.getElementById("notice").before(region);

function banner(now) {
  if (location.pathname === "/overview") return;
  const lines = [...now.paused.map((channel) => [channel, "paused"]), ...now.failing.map((channel) => [channel, "failing"])];
  const shown = JSON.stringify(lines);
  if (region.dataset.shown === shown) return;
  const later = region.dataset.shown !== undefined; // what the page came with is read with the page
  region.dataset.shown = shown;
  region.replaceChildren(...lines.map(([channel, state]) => troubleLine(channel, state)));
  if (later) for (const line of region.children) announce(line.querySelector("span + span").textContent);
}

function troubleLine(channel, state) {
  const line = document.createElement("p");
  line.className = "trouble-line";
  const sign = Object.assign(document.createElement("span"), { textContent: "✖" });
  sign.setAttribute("aria-hidden", "true");
  const words = document.createElement("span");
  bind(words, `frame.js.banner.${channel}.${state}`);
  line.append(sign, words);
  if (document.querySelector('#menu a[href="/channels"]')) {
    const link = Object.assign(document.createElement("a"), { href: `/channels#${channel}`, className: "btn btn-sm" });
    bind(link, "frame.js.banner.fix");
    line.append(link);
  }
  return line;
}

// Jobs stand in a corner until they are over and read.
const tray = document.createElement("section");
tray.id = "jobs";
tray.hidden = true;
const heading = document.createElement("h2");
bind(heading, "frame.js.jobs", { n: 0 });
heading.id = "jobs-title";
tray.setAttribute("aria-labelledby", "jobs-title");
const list = document.createElement("ul");
tray.append(heading, list);
document.body.append(tray);

function job(j) {
  let item = list.querySelector(`[data-job="${CSS.escape(j.id)}"]`);
  if (!item) {
    item = draw(j);
    list.prepend(item);
  }
  tray.hidden = false;
  const kind = j.dry_run ? `${j.kind}.trial` : j.kind; // known once the work has begun
  const name = item.querySelector("strong");
  const bar = item.querySelector("progress");
  if (j.total) {
    bar.max = j.total;
    bar.value = j.done;
  }
  bind(name, `frame.js.job.kind.${kind}`);
  bar.setAttribute("aria-label", name.textContent);
  const over = ["done", "failed", "canceled"].includes(j.state);
  bar.hidden = over;
  bind(item.querySelector(".job-state"), j.state === "done" ? `frame.js.job.done.${kind}` : `frame.js.job.${j.state}`, { done: j.done, total: j.total || "…", ...figures(j.summary) });
  const [hold, end] = item.querySelectorAll("button");
  hold.hidden = over;
  hold.dataset.verb = j.state === "paused" ? "resume" : "pause";
  bind(hold, `frame.js.job.${hold.dataset.verb}`);
  bind(end, over ? "frame.js.job.close" : "frame.js.job.cancel");
  item.dataset.over = over;
  count();
  if (over && !item.dataset.said) {
    item.dataset.said = "true";
    announce(item.querySelector(".job-state").textContent);
  }
}

// figures are a job's own, with what the channels came to added up: ok, and not. What a
// look-up left alone was well already, and a channel that is off says nothing.
function figures(summary) {
  const all = { ok: 0, not: 0, refused: 0, created: 0, updated: 0, unchanged: 0, wrong_cells: 0, ...summary };
  for (const [name, n] of Object.entries(summary)) {
    const what = name.split(".")[1];
    if (what === "ok" || what === "left_alone") all.ok += n;
    else if (what && what !== "channel_off") all.not += n;
  }
  return all;
}

// count says how many are under way.
function count() {
  bind(heading, "frame.js.jobs", { n: list.querySelectorAll('[data-over="false"]').length });
}

function steer(id, verb) {
  return fetch(`/live/jobs/${encodeURIComponent(id)}/${verb}`, { method: "POST", headers: { "HX-Request": "true" } }).then(heard);
}

function draw(j) {
  const item = document.createElement("li");
  item.dataset.job = j.id;
  const state = document.createElement("span");
  state.className = "job-state";
  const hold = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm" });
  hold.addEventListener("click", () => steer(j.id, hold.dataset.verb));
  const end = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm" });
  end.addEventListener("click", () => {
    if (item.dataset.over !== "true") return steer(j.id, "cancel");
    item.remove();
    tray.hidden = !list.childElementCount;
  });
  const buttons = Object.assign(document.createElement("span"), { className: "job-buttons" });
  buttons.append(hold, end);
  item.append(document.createElement("strong"), " ", state, document.createElement("progress"), buttons);
  return item;
}

listen();
addEventListener("pagehide", () => source.close());
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  listen();
  document.dispatchEvent(new Event("live-again"));
});

// A page nobody looks at gives its line back: a browser has six for all its tabs.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") {
    source.close();
    delete document.documentElement.dataset.live;
  } else if (source.readyState === EventSource.CLOSED && !lost) {
    listen();
    document.dispatchEvent(new Event("live-again"));
  }
});
