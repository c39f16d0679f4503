// Frames in which a message is drawn. A frame tells its height, and hands Escape on.
addEventListener("message", (event) => {
  const frame = [...document.querySelectorAll(".picture iframe")].find((f) => f.contentWindow === event.source);
  if (!frame) return;
  const { height, escape } = event.data ?? {};
  if (Number.isFinite(height)) frame.style.height = `${Math.min(Math.max(height, 40), 20000)}px`;
  if (escape) frame.closest("dialog[open]")?.close();
});
