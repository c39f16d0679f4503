// The steps of a flow are dragged by their grips, beside the buttons that move them. While
// one is dragged only the heads of the steps are shown. The server moves it, and draws the form.

const after = 4; // pixels: less is no drag
let drag = null;

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest?.("[data-grip]");
  if (!grip || event.button) return;
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
  const step = grip.closest(".step");
  const form = step.closest("form");
  const steps = [...form.querySelectorAll(".step:has([data-grip])")];
  drag = { form, step, steps, from: steps.indexOf(step), y: event.clientY, begun: false };
});

// begin shows the heads alone, with that of the step where it was.
function begin() {
  const was = drag.step.getBoundingClientRect().top;
  for (const step of drag.form.querySelectorAll(".step")) step.querySelector("h2").dataset.name = step.querySelector("[name$='.name']").value;
  drag.form.classList.add("sorting");
  drag.step.classList.add("dragged");
  scrollBy({ top: drag.step.getBoundingClientRect().top - was, behavior: "instant" });
  drag.middles = drag.steps.map((step) => { const box = step.getBoundingClientRect(); return scrollY + box.top + box.height / 2; });
  drag.at = scrollY;
  drag.begun = true;
}

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  if (!drag.begun && Math.abs(event.clientY - drag.y) < after) return;
  if (!drag.begun) begin();
  const way = event.clientY - drag.y + scrollY - drag.at;
  drag.step.style.transform = `translateY(${way}px)`;
  const middle = drag.middles[drag.from] + way;
  drag.to = drag.middles.filter((other, i) => i !== drag.from && other < middle).length;
  drag.steps.forEach((step, i) => {
    step.classList.toggle("land-before", i === drag.to && drag.to < drag.from);
    step.classList.toggle("land-after", i === drag.to && drag.to > drag.from);
  });
});

// drop ends a drag, and forgets where it went.
function drop() {
  drag.form.classList.remove("sorting");
  for (const step of drag.steps) step.classList.remove("dragged", "land-before", "land-after");
  drag.step.style.transform = "";
  const { form, from, to, begun } = drag;
  drag = null;
  return { form, from, to, moved: begun && to !== from };
}

document.addEventListener("pointerup", () => {
  if (!drag) return;
  const { form, from, to, moved } = drop();
  if (moved) htmx.ajax("POST", `${form.getAttribute("action")}/edit?do=move+${from}+${to}`, { source: form, target: "#flow" });
});
document.addEventListener("pointercancel", () => drag && drop());
document.addEventListener("keydown", (event) => {
  if (drag && event.key === "Escape") drop();
});
