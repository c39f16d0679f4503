// The playground: puts the parts together.
import { mount as mountCall } from "./call.js";
import { mount as mountDeliveries } from "./deliveries.js";
import { mount as mountDevices } from "./devices.js";
import { mount as mountForm } from "./form.js";
import { follow, recall, refresh } from "./live.js";
import { mount as mountProgress } from "./progress.js";
import { mount as mountReason } from "./reason.js";
import { ring } from "./state.js";
import { mount as mountStory, play } from "./story.js";
import { sample } from "./texts.js";

document.addEventListener("language-changed", () => {
  document.querySelectorAll("[data-sample]").forEach(sample);
  ring("language");
});

[mountForm, mountReason, mountProgress, mountDevices, mountDeliveries, mountCall, mountStory].forEach((mount) => mount());
await refresh();
await recall();
follow();
document.documentElement.dataset.ready = "true"; // for whoever watches the page from outside

// A link to /#story plays at once.
if (location.hash === "#story") play();
