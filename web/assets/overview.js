// The overview: charts drawn from the tables beside them, and the refresh.
import "./testing.js";
import { announce, bind, say } from "./words.js";

const charts = new Set();

// uPlot is no module: it comes in a script of its own.
const library = document.createElement("script");
library.src = new URL("./vendor/uplot.min.js", import.meta.url).href;
library.addEventListener("load", draw);
document.head.append(library);

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// rows reads a table: times, and a column for each series.
function rows(name) {
  const table = document.querySelector(`table[data-source="${name}"]`);
  if (!table) return null;
  const lines = [...table.querySelectorAll("tbody tr")];
  const columns = table.querySelectorAll("thead [data-series]").length;
  const data = [lines.map((l) => Number(l.dataset.at))];
  for (let i = 0; i < columns; i++) data.push(lines.map((l) => Number(l.cells[i + 1].textContent)));
  return data;
}

// span is the time that was asked for, also where little happened.
function span() {
  const { from, to } = document.querySelector(".charts").dataset;
  return [Number(from), Number(to)];
}

// moment writes an hour, and the day where one begins.
function moment(seconds) {
  const at = new Date(seconds * 1000);
  const two = (n) => String(n).padStart(2, "0");
  return at.getHours() + at.getMinutes() ? `${two(at.getHours())}:${two(at.getMinutes())}` : `${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

function axes() {
  const stroke = colour("--quiet");
  const grid = { stroke: colour("--line"), width: 1 };
  return [{ stroke, grid, ticks: grid, values: (u, at) => at.map(moment) }, { stroke, grid, ticks: grid, size: 48 }];
}

function draw() {
  for (const chart of charts) chart.destroy();
  charts.clear();
  const UPlot = globalThis.uPlot;
  if (!UPlot) return; // on its way
  for (const box of document.querySelectorAll("[data-chart]")) {
    const data = rows(box.dataset.chart);
    box.hidden = !data || !data.slice(1).flat().some((n) => n > 0);
    if (box.hidden) continue;
    const bars = UPlot.paths.bars({ size: [0.7, 40] });
    const total = (i) => data[i].map((n, j) => n + (i > 1 ? data.slice(1, i).reduce((sum, d) => sum + d[j], 0) : 0));
    const hours = box.dataset.chart === "hours";
    const series = hours
      ? [["js.failed", "--bad"], ["js.retried", "--warn"], ["js.ok", "--good"]].map(([key, of]) => ({ label: say(`overview.${key}`), stroke: colour(of), fill: colour(of), paths: bars, points: { show: false } }))
      : [["P95", "--warn"], ["P50", "--accent"]].map(([label, of]) => ({ label, stroke: colour(of), width: 2, points: { show: true, size: 5 } }));
    const values = hours ? [data[0], total(3), total(2), total(1)] : [data[0], data[2], data[1]];
    const chart = new UPlot({ width: box.clientWidth, height: 200, cursor: { show: false }, legend: { live: false }, axes: axes(), scales: { x: { range: span }, y: { range: (u, low, high) => [0, Math.max(1, high * 1.1)] } }, series: [{}, ...series] }, values, box);
    charts.add(chart);
  }
}

document.addEventListener("htmx:afterSettle", draw);
document.addEventListener("language-changed", draw);
document.addEventListener("theme-changed", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
let resized;
addEventListener("resize", () => { clearTimeout(resized); resized = setTimeout(draw, 150); });

// The refresh waits while somebody is in the middle of something.
let paused = false;
const button = document.getElementById("refresh-button");
button?.addEventListener("click", () => {
  paused = !paused;
  button.setAttribute("aria-pressed", String(paused));
  bind(button, paused ? "overview.js.resume" : "overview.js.pause");
});
function refresh() {
  const part = document.getElementById("overview");
  const busy = document.hidden || document.querySelector("dialog[open]") || part.contains(document.activeElement) || part.querySelector("details[open]");
  if (!paused && !busy) look();
}
function look() {
  globalThis.htmx.ajax("GET", `/overview/live?${asked()}`, { target: "#overview" });
}
const hours = document.getElementById("hours");
function asked() {
  const of = document.getElementById("hours-of")?.value;
  return new URLSearchParams(of ? { hours: hours.value, channel: of } : { hours: hours.value });
}
document.addEventListener("change", (event) => {
  if (event.target.matches("#hours, #hours-of")) history.replaceState(null, "", `/overview?${asked()}`);
});

// Whoever knows the first steps hides them.
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("#steps-off")) return;
  document.getElementById("first-steps").hidden = true;
  announce(say("overview.js.steps.off"));
  document.querySelector("#main").focus();
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.id === "steps-off") look(); // the charts take their place
});
setInterval(refresh, 30_000);
document.addEventListener("channel-tested", look);
