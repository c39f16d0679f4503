// Shows the last call as a curl, and copies it.
import { byId } from "./dom.js";
import { curl, onCall } from "./api.js";
import { say, warn } from "./notice.js";
import { on } from "./state.js";
import { t } from "./texts.js";

// mount shows each call as it is made.
export function mount() {
  onCall(draw);
  on("language", draw);
  byId("copy").addEventListener("click", copy);
  draw();
}

function draw() {
  byId("curl").textContent = curl({ masked: true }) || t("call.empty");
  byId("copy").disabled = !curl({ masked: true });
}

// copy takes the token along, so that the command runs as it is. Where the browser
// refuses the clipboard the whole command is laid open and selected.
async function copy() {
  const command = curl({ masked: false });
  try {
    await navigator.clipboard.writeText(command);
    say(t("call.copied"));
  } catch {
    byId("curl").textContent = command;
    getSelection().selectAllChildren(byId("curl"));
    warn(t("call.manual"));
  }
}
