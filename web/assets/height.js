// Tells the page around a frame how high the message in it is, so that the page scrolls
// it and not the frame: the keyboard never has to go into it. Who clicked into it gets
// out by Escape all the same.
const tell = () => parent.postMessage({ height: Math.ceil(document.documentElement.getBoundingClientRect().height) }, "*");
new ResizeObserver(tell).observe(document.documentElement);
addEventListener("keydown", (event) => event.key === "Escape" && parent.postMessage({ escape: true }, "*"));
tell();
