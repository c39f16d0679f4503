// h builds an element. Strings become text nodes: nothing that came over the wire is
// ever read as markup.
export function h(tag, props = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else el.setAttribute(name, value === true ? "" : value);
  }
  el.append(...children.flat(2).filter((c) => c !== undefined && c !== null && c !== false && c !== ""));
  return el;
}

export const byId = (id) => document.getElementById(id);

// webLink returns an absolute http or https address, and "" for anything else
// (javascript:, data:, a half address).
export function webLink(address) {
  try {
    const url = new URL(address);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : "";
  } catch {
    return "";
  }
}

// anchor is a link that opens beside the page, or bare text when the address is no web link.
export function anchor(address, text, props = {}) {
  const href = webLink(address);
  if (!href) return h("span", props, text);
  return h("a", { ...props, href, target: "_blank", rel: "noopener noreferrer" }, text);
}

// keyed shows items in container and keeps the element of every item whose key is
// still there, so that focus, scroll and what was opened survive.
export function keyed(container, items, keyOf, draw) {
  const kept = new Map([...container.children].map((el) => [el.dataset.key, el]));
  const wanted = items.map((item) => {
    const key = keyOf(item);
    const el = kept.get(key) ?? draw(item);
    el.dataset.key = key;
    return el;
  });
  const keep = new Set(wanted);
  for (const el of [...container.children]) if (!keep.has(el)) el.remove();
  wanted.forEach((el, i) => {
    if (container.children[i] !== el) container.insertBefore(el, container.children[i] ?? null);
  });
}

const two = (n) => String(n).padStart(2, "0");

// when is a <time> in the zone of the reader: the clock, with the day in its title.
export function when(stamp) {
  return h("time", { datetime: stamp, "data-clock": true, title: `${day(stamp)} ${clock(stamp)}` }, clock(stamp));
}

export function clock(stamp) {
  const d = new Date(stamp);
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

function day(stamp) {
  const d = new Date(stamp);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}
