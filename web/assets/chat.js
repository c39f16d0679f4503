// Writing to the bot from a device: the line at its foot, and what was written.
import { clock, h } from "./dom.js";
import { send } from "./api.js";
import { soon } from "./live.js";
import { warn } from "./notice.js";
import { nameOf, put, state } from "./state.js";
import { t } from "./texts.js";

// composer is the line of one device; speaker() says whose device it is.
export function composer(channel, speaker) {
  const id = `say-${channel}`;
  const label = h("label", { for: id, class: "unseen" });
  const input = h("input", { id, maxlength: "200", autocomplete: "off", enterkeyhint: "send" });
  const button = h("button", { type: "submit", class: "small" });
  const hints = h("p", { class: "hints" });
  const speak = (text) => tell(channel, speaker(), text);
  const form = h("form", { class: "say", novalidate: true }, label, input, button, hints);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    input.value = "";
    input.focus();
    if (text) speak(text);
  });
  const dress = () => {
    label.textContent = t("say.label", { channel: t(`channel.${channel}`) });
    input.placeholder = t("say.as", { person: nameOf(speaker()) });
    button.textContent = t("say.send");
    const words = [t("say.todo"), t("say.ticket", { key: state.ticket?.key ?? "1" }), t("say.help")];
    hints.replaceChildren(...words.map((text) => h("button", { type: "button", class: "hint", onclick: () => speak(text) }, text)));
  };
  return { form, dress };
}

async function tell(channel, person, text) {
  const said = { id: `said-${state.said.length}`, channel, person, mine: true, text, updates: 0, received_at: new Date().toISOString() };
  put("said", [...state.said, said]);
  try {
    await send("POST", "/sandbox/say", { channel, person, text });
  } catch (problem) {
    warn(problem);
  }
  soon(0);
}

// mixed are the messages and what was written, in order of time.
export function mixed(messages, said) {
  return [...messages, ...said].sort((a, b) => new Date(a.received_at) - new Date(b.received_at));
}

// own draws what somebody wrote themselves.
export function own(said) {
  return h("article", { class: "message mine", "data-said": said.id },
    h("p", { class: "small muted" }, `${nameOf(said.person)} · ${clock(said.received_at)}`), h("p", { class: "bubble" }, said.text));
}
