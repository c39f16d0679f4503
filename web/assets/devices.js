// The three devices: whose they are, what they show, and what is wrong with them.
import { byId, clock, h, keyed, when } from "./dom.js";
import { send } from "./api.js";
import { switchboard } from "./faults.js";
import { draw as drawFeishu } from "./feishu.js";
import { mailbox, unread } from "./mail.js";
import { say, speak, warn } from "./notice.js";
import { actorsNow, nameOf, namesOf, on, setup, state } from "./state.js";
import { language, t } from "./texts.js";
import { draw as drawWeCom } from "./wecom.js";

const linger = 1800; // milliseconds a device stays with the last actor, to show the card change
const drawers = { feishu: drawFeishu, wecom: drawWeCom };
const owner = { feishu: "auto", wecom: "auto", mail: "auto" };
const screens = {};

let followed = [];
let known = null; // what has been spoken of: message → updates

// mount builds the devices and keeps them showing what the simulators received.
export function mount() {
  byId("devices").append(...Object.keys(owner).map(device));
  byId("clear").addEventListener("click", empty);
  on("ticket", moveOn);
  on("messages", () => {
    announce();
    Object.keys(owner).forEach(screen);
  });
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
  screens[channel] = s;
  if (channel === "mail") {
    s.box = mailbox(s.list);
    s.box.changed = () => count(channel);
  }
  return h("article", { class: "device", "data-device": channel, "aria-labelledby": `device-${channel}` },
    h("header", {}, h("div", { class: "device-name" }, h("span", { class: `logo ${channel}`, "aria-hidden": "true" }), s.title, s.count), s.picker, s.note),
    s.body, s.faults);
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
  faults(channel);
  screen(channel);
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
  s.note.textContent = people.length ? t("device.following", { people: namesOf(people) }) : t("device.all");
  s.empty.hidden = shown.length > 0;
  s.list.hidden = shown.length === 0;
  s.empty.textContent = people.length && state.messages.length ? t("device.nothing", { people: namesOf(people) }) : t("device.empty");
  if (s.box) s.box.show(shown, people.length !== 1);
  else chat(channel, shown, people.length !== 1);
  count(channel, shown.length);
}

function count(channel, n = 0) {
  const s = screens[channel];
  const fresh = s.box ? unread(s.box) : n;
  s.count.textContent = s.box ? (fresh ? t("mail.unread", { count: fresh }) : "") : fresh ? String(fresh) : "";
}

function chat(channel, shown, everyone) {
  const { list, body } = screens[channel];
  const before = new Set([...list.children].map((el) => el.dataset.key));
  const keyOf = (m) => [m.id, m.updates, everyone, language()].join("|");
  keyed(list, shown, keyOf, (m) => bubble(channel, m, everyone));
  if (shown.some((m) => !before.has(keyOf(m)))) body.scrollTop = body.scrollHeight;
}

function bubble(channel, m, everyone) {
  const person = nameOf(m.person || m.to);
  const press = (action, text) => pressed(m, action, text);
  return h("article", { class: m.updates ? "message changed" : "message", "data-message": m.id },
    h("p", { class: "small muted" }, t(channel === "wecom" ? "device.app" : "device.bot"), " · ", everyone && `${t("device.to", { person })} · `, when(m.received_at)),
    drawers[channel](m, press, person),
    m.updates ? h("p", { class: "marker" }, "↻ ", t("message.updated", { count: m.updates, time: clock(m.updated_at) })) : null,
    h("details", { class: "wire small" }, h("summary", {}, t("message.wire")), h("pre", { tabindex: "0" }, JSON.stringify(m.payload, null, 2))));
}

// pressed presses a button of a card as the person whose device it is (api.md 6).
async function pressed(m, action, text) {
  try {
    await send("POST", "/sandbox/press", { channel: m.channel, message_id: m.id, person: m.person, action, form: {} });
    say(t("notice.pressed", { button: text }));
  } catch (problem) {
    warn(problem);
  }
}

async function empty() {
  try {
    await send("DELETE", "/sandbox/messages");
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
