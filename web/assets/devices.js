// The three devices: whose they are, what they show, and what is wrong with them.
import { byId, clock, h, keyed, when } from "./dom.js";
import { send } from "./api.js";
import { composer, mixed, own } from "./chat.js";
import { switchboard } from "./faults.js";
import { draw as drawFeishu } from "./feishu.js";
import { mailbox, unread } from "./mail.js";
import { refresh } from "./live.js";
import { say, speak, warn } from "./notice.js";
import { guarded, open, press } from "./press.js";
import { actorsNow, nameOf, namesOf, on, put, setup, state } from "./state.js";
import { language, t } from "./texts.js";
import { draw as drawWeCom } from "./wecom.js";

const aim = 700; // milliseconds a button is pointed at before the story presses it
const linger = 1800; // milliseconds a device stays with the last actor, to show the card change
const drawers = { feishu: drawFeishu, wecom: drawWeCom };
const owner = { feishu: "auto", wecom: "auto", mail: "auto" };
const screens = {};

let followed = [];
let known = null; // what has been spoken of: message → updates

// mount builds the devices and keeps them showing what the simulators received.
export function mount() {
  for (const channel of Object.keys(owner)) byId("devices").append(device(channel));
  byId("clear").addEventListener("click", empty);
  on("ticket", moveOn);
  on("messages", () => {
    announce();
    Object.keys(owner).forEach(screen);
  });
  on("said", () => Object.keys(owner).forEach(screen));
  on("faults", () => Object.keys(owner).forEach(faults));
  on("language", () => Object.keys(owner).forEach(dress));
  Object.keys(owner).forEach(dress);
}

// unpin lets every device follow whoever has to act.
export function unpin() {
  for (const channel of Object.keys(owner)) owner[channel] = "auto";
  Object.keys(owner).forEach(dress);
}

function moveOn() {
  const next = actorsNow(state.ticket);
  const shift = () => {
    followed = actorsNow(state.ticket);
    Object.keys(owner).forEach(screen);
  };
  if (followed.length && next.join() !== followed.join()) setTimeout(shift, linger);
  else shift();
}

function device(channel) {
  const s = { picker: h("div", { class: "picker" }), note: h("p", { class: "small muted" }), title: h("h3", { id: `device-${channel}` }), count: h("span", { class: "count" }), faults: h("div") };
  s.body = h("div", { class: `screen ${channel}`, tabindex: "0", "aria-labelledby": `device-${channel}` });
  s.empty = h("p", { class: "empty" });
  s.list = h("div", { class: channel === "mail" ? "mailbox" : "chat" });
  s.body.append(s.empty, s.list);
  byId("faults").append(s.faults);
  s.say = channel === "mail" ? null : composer(channel, () => owners(channel)[0] ?? setup.people[0]?.username ?? "");
  s.looks = h("span", { class: "looks" });
  screens[channel] = s;
  if (channel === "mail") {
    s.box = mailbox(s.list);
    s.box.changed = () => count(channel);
  }
  return h("article", { class: "device", "data-device": channel, "aria-labelledby": `device-${channel}` },
    h("header", {}, h("div", { class: "device-name" }, h("span", { class: `logo ${channel}`, "aria-hidden": "true" }), s.title, s.count, s.looks), h("div", { class: "whose" }, s.picker, s.note)),
    h("div", { class: "screen-wrap" }, s.body), s.say?.form);
}

// dress draws everything of a device again, for instance in another language.
function dress(channel) {
  const s = screens[channel];
  const id = `owner-${channel}`;
  s.title.textContent = t(`channel.${channel}`);
  const options = [["auto", t("device.auto")], ["all", t("device.everyone")], ...setup.people.map((p) => [p.username, p.name || p.username])];
  const select = h("select", { id }, options.map(([value, text]) => h("option", { value, selected: value === owner[channel] }, text)));
  select.addEventListener("change", () => {
    owner[channel] = select.value;
    screen(channel);
  });
  s.picker.replaceChildren(h("label", { for: id, class: "unseen" }, `${t("device.owner")} ${t(`channel.${channel}`)}`), select);
  const name = { channel: t(`channel.${channel}`) };
  s.looks.replaceChildren(look(channel, "dark", "◐", t("look.dark", name)), look(channel, "wide", "⤢", t("look.wide", name)));
  faults(channel);
  screen(channel);
}

// look is a switch of how a device looks: light or dark against the page, phone or desktop.
function look(channel, name, sign, label) {
  const device = () => document.querySelector(`[data-device="${channel}"]`);
  const button = h("button", { type: "button", class: "quiet look", "aria-pressed": String(device().classList.contains(name)), "aria-label": label, title: label }, sign);
  button.addEventListener("click", () => button.setAttribute("aria-pressed", String(device().classList.toggle(name))));
  return button;
}

function faults(channel) {
  const focused = screens[channel].faults.contains(document.activeElement);
  screens[channel].faults.replaceChildren(switchboard(channel));
  if (focused) byId(`fault-${channel}`).focus();
}

// owners are the people whose messages a device shows; none means everybody's.
function owners(channel) {
  if (owner[channel] === "auto") return followed;
  return owner[channel] === "all" ? [] : [owner[channel]];
}

function screen(channel) {
  const s = screens[channel];
  const people = owners(channel);
  const shown = state.messages.filter((m) => m.channel === channel && (!people.length || people.includes(m.person)));
  const said = state.said.filter((m) => m.channel === channel && (!people.length || people.includes(m.person)));
  s.say?.dress();
  s.note.textContent = people.length ? t("device.following", { people: namesOf(people) }) : t("device.all");
  s.empty.hidden = shown.length + said.length > 0;
  s.list.hidden = !s.empty.hidden;
  s.empty.textContent = people.length && state.messages.length ? t("device.nothing", { people: namesOf(people) }) : t("device.empty");
  if (s.box) s.box.show(shown, people.length !== 1);
  else chat(channel, mixed(shown, said), people.length !== 1);
  count(channel, shown);
}

// count says how many are unread on a channel that tells, and how many there are elsewhere.
function count(channel, shown = []) {
  const s = screens[channel];
  if (channel === "wecom") s.count.textContent = shown.length || "";
  else {
    const fresh = s.box ? unread(s.box) : shown.filter((m) => !m.read_at).length;
    s.count.textContent = fresh ? t("device.unread", { count: fresh }) : "";
  }
}

function chat(channel, shown, everyone) {
  const { list, body } = screens[channel];
  const told = (key) => key.split("|", 2).join("|"); // which message, and how often it changed
  const before = new Set([...list.children].map((el) => told(el.dataset.key)));
  const keyOf = (m) => [m.id, m.updates, m.read_at, everyone, language()].join("|");
  keyed(list, shown, keyOf, (m) => (m.mine ? own(m) : bubble(channel, m, everyone)));
  // The newest is shown from its head, even when it is taller than the screen.
  if (shown.some((m) => !before.has(told(keyOf(m))))) body.scrollTop = list.lastElementChild.offsetTop - 12;
}

function bubble(channel, m, everyone) {
  const person = nameOf(m.person || m.to);
  return h("article", { class: m.updates ? "message changed" : "message", "data-message": m.id },
    h("p", { class: "small muted" }, t(channel === "wecom" ? "device.app" : "device.bot"), " · ", everyone && `${t("device.to", { person })} · `, when(m.received_at)),
    drawers[channel](m, person),
    m.updates ? h("p", { class: "marker" }, "↻ ", t("message.updated", { count: m.updates, time: clock(m.updated_at) })) : null,
    channel === "feishu" && receipt(m),
    h("details", { class: "wire small" }, h("summary", {}, t("message.wire")), h("pre", { tabindex: "0" }, JSON.stringify(m.payload, null, 2))));
}

// mark has the person open the message, and keeps the keyboard where it was.
async function mark(m) {
  await open(m);
  await refresh();
  if (document.activeElement === document.body) screens[m.channel].list.querySelector(`[data-message="${CSS.escape(m.id)}"] .receipt`)?.focus();
}

// receipt says when a message was opened, or lets its person open it.
function receipt(m) {
  if (m.read_at) return h("p", { class: "receipt small muted", tabindex: "-1" }, "✓ ", t("device.read"), " ", when(m.read_at));
  return h("p", { class: "receipt small muted" }, t("device.fresh"), " ", h("button", { type: "button", class: "small", onclick: guarded(() => mark(m)) }, t("device.open")));
}

// pressFor points at a button on somebody's device and presses it; false when there is none.
export async function pressFor(username, channel, action) {
  const message = state.messages.findLast((m) => m.channel === channel && m.person === username && m.buttons.some((b) => b.action === action));
  if (!message) return false;
  const button = screens[channel].list.querySelector(`[data-message="${CSS.escape(message.id)}"] [data-act="${CSS.escape(action)}"]`);
  if (button) {
    const { body } = screens[channel];
    body.scrollTop += button.getBoundingClientRect().bottom - body.getBoundingClientRect().bottom + 24;
    button.classList.add("pointed");
    await new Promise((resolve) => setTimeout(resolve, aim));
    button.classList.remove("pointed");
  }
  if (!message.read_at) await open(message);
  await press(message, action, button?.textContent ?? action);
  return true;
}

async function empty() {
  try {
    await send("DELETE", "/sandbox/messages");
    put("said", []);
    say(t("notice.cleared"));
  } catch (problem) {
    warn(problem);
  }
}

// announce speaks of what arrived or changed since the last time.
function announce() {
  const now = new Map(state.messages.map((m) => [`${m.channel}|${m.id}`, m]));
  const news = [...now].filter(([key, m]) => known && known.get(key) !== m.updates).map(([key, m]) => {
    const said = known.has(key) ? "device.changed" : "device.arrived";
    return t(said, { channel: t(`channel.${m.channel}`), person: nameOf(m.person || m.to), title: m.title });
  });
  known = new Map([...now].map(([key, m]) => [key, m.updates]));
  if (news.length) speak(news.join(t("list.and")));
}
