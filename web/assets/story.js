// Plays the manual's own case: the requester submits, t1 reviews, admin executes, the
// requester hears. Whatever the flow, it goes from step to step as the ticket says.
import { byId } from "./dom.js";
import { pressFor, unpin } from "./devices.js";
import { create, show } from "./form.js";
import { perform } from "./progress.js";
import { refresh } from "./live.js";
import { allowed, nameOf, on, state } from "./state.js";
import { t } from "./texts.js";

const beat = 3000; // milliseconds to read a caption
const patience = 10000; // milliseconds a message may take to arrive

let playing = null; // AbortController of the story that runs
let caption = ["story.idle", {}];

// mount lets the button start and stop the story.
export function mount() {
  byId("story").addEventListener("click", () => (playing ? playing.abort() : play()));
  on("language", draw);
  draw();
}

// play tells the story from beginning to end.
export async function play() {
  playing = new AbortController();
  const { signal } = playing;
  unpin();
  try {
    await tell(signal);
  } catch (why) {
    if (signal.aborted) say("story.stopped");
    else if (why.fields?.length) show(why), say("story.failed", { why: why.message });
    else say("story.failed", { why: why.message });
  } finally {
    playing = null;
    draw();
  }
}

async function tell(signal) {
  const start = seen();
  let ticket = await create();
  const creator = nameOf(ticket.creator.username);
  let who = allowed(ticket, "approve")[0];
  say("story.submitted", { creator, reviewer: nameOf(who ?? "") });
  await arrival(signal, who ?? allowed(ticket, "start")[0], start);
  while (who) {
    say("story.review", { reviewer: nameOf(who) });
    await pause(signal);
    const before = seen();
    ticket = await approve(signal, ticket, who);
    const next = allowed(ticket, "approve")[0] ?? allowed(ticket, "start")[0];
    say("story.approved", { reviewer: nameOf(who), next: nameOf(next ?? "") });
    await arrival(signal, next, before);
    await pause(signal);
    who = allowed(ticket, "approve")[0];
  }
  await execute(signal, ticket, creator);
}

// approve presses 通过 on the reviewer's Feishu card. Where there is none, for instance
// while Feishu fails, it is the button of the page.
async function approve(signal, ticket, who) {
  const moved = () => state.ticket?.id === ticket.id && state.ticket.revision > ticket.revision;
  if (await pressFor(who, "feishu", "approve")) await waitFor(signal, moved);
  return moved() ? state.ticket : perform(ticket, "approve", who);
}

async function execute(signal, ticket, creator) {
  const who = allowed(ticket, "start")[0];
  say("story.ready", { next: nameOf(who ?? "") });
  await pause(signal);
  const running = await perform(ticket, "start", who);
  say("story.executing");
  await pause(signal);
  const before = seen();
  const done = await perform(running, "succeed", allowed(running, "succeed")[0]);
  say("story.succeeded", { creator });
  await arrival(signal, done.creator.username, before);
  await pause(signal);
  say("story.done", { creator });
}

const seen = () => new Set(state.messages.map((m) => `${m.channel}|${m.id}`));

// arrival waits until a message for that person is there that was not there before. One
// that does not come is said, and the story goes on.
async function arrival(signal, username, before) {
  if (!username) return;
  const there = () => state.messages.some((m) => m.person === username && !before.has(`${m.channel}|${m.id}`));
  if (await waitFor(signal, there)) return;
  say("story.late", { person: nameOf(username) });
  await pause(signal);
}

// waitFor reads again until there() is true; false when it did not become so in time.
async function waitFor(signal, there) {
  const until = Date.now() + patience;
  while (!there() && Date.now() < until) {
    await pause(signal, 200);
    await refresh();
  }
  return there();
}

function pause(signal, time = beat) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const timer = setTimeout(resolve, time);
    signal.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
}

function say(key, vars = {}) {
  caption = [key, vars];
  draw();
}

function draw() {
  byId("story").textContent = t(playing ? "story.stop" : "story.start");
  byId("story").setAttribute("aria-pressed", String(Boolean(playing)));
  byId("caption").textContent = t(...caption);
}
