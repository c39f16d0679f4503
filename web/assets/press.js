// Presses the buttons of the cards as the person whose device it is (api.md 6), and shows
// what that device shows: Feishu's question before, and its toast after.
import { byId, h } from "./dom.js";
import { send } from "./api.js";
import { soon } from "./live.js";
import { note, say, warn } from "./notice.js";
import { language, t } from "./texts.js";

const stay = 5000; // milliseconds a toast is seen on the device

const drafts = new Map(); // what was filled in, by message and name: a card drawn again keeps it

// press carries a press to our own door, signed as the channel signs.
export async function press(message, action, text, form = {}) {
  try {
    const body = { channel: message.channel, message_id: message.id, person: message.person || message.to, action };
    const carried = await send("POST", "/sandbox/press", Object.keys(form).length ? { ...body, form } : body);
    if (carried.answer?.toast) toast(message.channel, carried.answer.toast);
    else say(t("notice.pressed", { button: text }));
    for (const name of Object.keys(form)) drafts.delete(`${message.id}|${name}`);
  } catch (problem) {
    warn(problem);
  }
  soon(0);
}

// open tells that whoever got the message has opened it.
export async function open(message) {
  try {
    await send("POST", "/sandbox/read", { channel: message.channel, message_id: message.id });
  } catch (problem) {
    warn(problem);
  }
  soon(0);
}

// guarded wraps a press for a button: one at a time, the button says that it is at work.
export function guarded(act) {
  return async (event) => {
    const button = event.currentTarget;
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      await act();
    } finally {
      button.removeAttribute("aria-busy");
    }
  };
}

// draft is what was filled in before, and keep remembers what is filled in now.
export const draft = (message, name, otherwise = "") => drafts.get(`${message.id}|${name}`) ?? otherwise;
export const keep = (message, name, value) => drafts.set(`${message.id}|${name}`, value);

// toast shows the toast of the answer on the device it came back to.
function toast(channel, { type = "info", content = "", i18n = {} }) {
  const text = i18n[language() === "en" ? "en_us" : "zh_cn"] ?? content;
  const el = h("p", { class: `device-toast ${type}`, "aria-hidden": "true" }, text);
  document.querySelector(`[data-device="${channel}"] .screen-wrap`).append(el);
  note(t("notice.toast", { channel: t(`channel.${channel}`), text }));
  setTimeout(() => el.remove(), stay);
}

// confirmed asks what a card asks before a press.
export function confirmed(title, text, button) {
  return new Promise((resolve) => {
    const go = h("button", { class: "primary", value: "yes" }, button);
    const dialog = h("dialog", { class: "ask", "aria-labelledby": "ask-title" },
      h("form", { method: "dialog" }, h("h2", { id: "ask-title" }, title), text && h("p", {}, text),
        h("p", { class: "actions" }, h("button", { value: "" }, t("cancel")), go)));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    byId("play").append(dialog);
    dialog.showModal();
    go.focus();
  });
}
