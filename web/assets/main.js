// The playground: puts the parts together.
import { read, write } from "./api.js";
import { mount as mountCall } from "./call.js";
import { mount as mountDeliveries } from "./deliveries.js";
import { mount as mountDevices } from "./devices.js";
import { mount as mountForm } from "./form.js";
import { follow, recall, refresh } from "./live.js";
import { say } from "./notice.js";
import { mount as mountProgress } from "./progress.js";
import { mount as mountReason } from "./reason.js";
import { ring } from "./state.js";
import { mount as mountStory, play } from "./story.js";
import { language, sample, t } from "./texts.js";

document.addEventListener("language-changed", async () => {
  document.querySelectorAll("[data-sample]").forEach(sample);
  ring("language");
  if (await speakAlike()) say(t("notice.language"));
});

// speakAlike has the demo's people, who chose no language, read what the visitor reads;
// true when they read another one before.
async function speakAlike() {
  try {
    const { default_language: now } = await read("/api/v1/settings");
    if (now === language()) return false;
    await write("PATCH", "/api/v1/settings", { default_language: language() });
    return true;
  } catch {
    return false; // they go on reading what they read
  }
}

[mountForm, mountReason, mountProgress, mountDevices, mountDeliveries, mountCall, mountStory].forEach((mount) => mount());
await speakAlike();
await refresh();
await recall();
follow();
document.documentElement.dataset.ready = "true"; // for whoever watches the page from outside

// A link to /#story plays at once.
if (location.hash === "#story") play();
