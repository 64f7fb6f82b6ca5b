// Small helpers for building elements, and what is chosen now.

const $ = (id) => document.getElementById(id);

/** An element with properties (`class`, `on*`, attributes) and children; texts are never read as HTML. */
function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (key === 'class') made.className = value;
    else if (key.startsWith('--')) made.style.setProperty(key, value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.flat(Infinity).filter((each) => each !== null && each !== undefined && each !== ''));
  return made;
}

function svg(tag, attributes = {}) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** What the page shows; `show(change)` in main.js changes it. */
const state = { selected: null, hit: '', chain: 0, view: 'map', tab: 'domains', colour: 'domain', hidden: new Set(), step: -1, wires: false };

const place = (text) => (text ? el('button', { class: 'place', type: 'button', title: 'Show the line', onclick: () => openSource(text) }, text) : '');
const toNode = (key, text = key) => (nodes.has(key) ? el('button', { class: 'link', type: 'button', onclick: () => show({ selected: key }) }, text) : el('span', {}, text));
const bar = (share) => el('div', { class: 'bar' }, el('i', { style: `width:${Math.max(1, Math.round(share * 100))}%` }));
const signClass = { '+': 'plus', '-': 'minus', '~': 'tilde' };
const many = (number, noun) => `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
