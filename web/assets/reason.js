// The dialog that asks for a reason before a rejection or a failure is told.
import { byId } from "./dom.js";
import { t } from "./texts.js";

const dialog = byId("reason");
const text = byId("reason-text");

// ask resolves with what was typed, or with null when it was called off.
export function ask(action) {
  byId("reason-heading").textContent = t(`reason.${action}`);
  byId("reason-label").textContent = t(`reason.${action}.label`);
  text.value = t(`reason.${action}.sample`);
  complain("");
  dialog.returnValue = "";
  dialog.showModal();
  text.focus();
  text.select();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "confirm" ? text.value.trim() : null), { once: true });
  });
}

// mount refuses an empty reason beside its field.
export function mount() {
  byId("reason-cancel").addEventListener("click", () => dialog.close(""));
  dialog.querySelector("form").addEventListener("submit", (event) => {
    if (text.value.trim()) return;
    event.preventDefault();
    complain(t("reason.required"));
    text.focus();
  });
}

function complain(message) {
  byId("reason-error").textContent = message;
  text.toggleAttribute("aria-invalid", Boolean(message));
}
