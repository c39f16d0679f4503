// Draws one message in a frame that has no origin and no network.
import { draw as drawFeishu } from "./feishu.js";
import { draw as drawWeCom } from "./wecom.js";

const { channel, payload } = JSON.parse(document.getElementById("card").textContent);
const draw = channel === "feishu" ? drawFeishu : drawWeCom;
document.getElementById("show").replaceChildren(draw({ payload }, () => {}, ""));
for (const button of document.querySelectorAll("button")) button.disabled = true; // nobody presses a picture
