// Makes a simulator fail, and lets it work again.
import { h } from "./dom.js";
import { send } from "./api.js";
import { refresh, soon } from "./live.js";
import { say, warn } from "./notice.js";
import { setup, state } from "./state.js";
import { t, word } from "./texts.js";

const known = {
  feishu: ["rate_limited", "unavailable", "timeout", "drop_after_accept", "unknown_person", "not_in_range", "scope_missing", "wrong_secret"],
  wecom: ["rate_limited", "busy", "unavailable", "timeout", "drop_after_accept", "unknown_person", "ip_not_trusted", "wrong_secret"],
  mail: ["refused", "unavailable", "rate_limited", "timeout", "drop_after_data", "unknown_person", "spam", "wrong_secret"],
};

// These stop the channel as a whole until a test succeeds (design.md 4).
const stopping = ["scope_missing", "ip_not_trusted", "wrong_secret"];

const shares = [1, 0.5, 0.2];
const share = {}; // by channel: which share of the requests a fault hits

const activeOn = (channel) => state.faults.find((f) => f.channel === channel)?.fault ?? "";

// switchboard is the row of one device: a choice of faults, and how to end them.
export function switchboard(channel) {
  const active = activeOn(channel);
  const id = `fault-${channel}`;
  const select = h("select", { id, "data-fault": channel, onchange: () => set(channel, select.value) },
    h("option", { value: "" }, t("fault.none")),
    known[channel].map((f) => h("option", { value: f, selected: f === active }, word("fault", f))),
    active && !known[channel].includes(active) && h("option", { value: active, selected: true }, active));
  const often = h("select", { id: `share-${channel}`, "aria-label": `${t("fault.share")} ${t(`channel.${channel}`)}` },
    shares.map((s) => h("option", { value: String(s), selected: s === (share[channel] ?? 1) }, `${s * 100}%`)));
  often.addEventListener("change", () => {
    share[channel] = Number(often.value);
    if (activeOn(channel)) set(channel, activeOn(channel));
  });
  return h("div", { class: active ? "fault on" : "fault" },
    h("label", { for: id }, h("span", { class: "unseen" }, `${t("fault.label")} `), t(`channel.${channel}`)), select, often,
    h("button", { type: "button", class: "quiet", disabled: !active, onclick: () => set(channel, "") }, t("fault.clear")),
    active && h("p", { class: "failing" }, t("fault.active", { fault: word("fault", active) })));
}

async function set(channel, fault) {
  const before = activeOn(channel);
  try {
    await send("DELETE", `/sandbox/faults?channel=${channel}`);
    if (fault) await send("POST", "/sandbox/faults", { channel, fault, times: 0, probability: share[channel] ?? 1 });
    else if (stopping.includes(before)) await release(channel);
    say(fault ? t("notice.fault", { channel: t(`channel.${channel}`), fault: word("fault", fault) }) : t("notice.healed", { channel: t(`channel.${channel}`) }));
  } catch (problem) {
    warn(problem);
  }
  await refresh();
  soon(500);
}

// release tests the channel: one that was stopped goes on after a test that succeeds.
async function release(channel) {
  const someone = setup.people[0]?.username;
  if (someone) await send("POST", `/api/v1/channels/${channel}/test`, { to: { username: someone } });
}
