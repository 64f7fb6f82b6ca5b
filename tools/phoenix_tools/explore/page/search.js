// Search over every name in the graph; each hit leads to the component that it belongs to.

const mostHits = 40;
const index = [];
function buildIndex() {
  const add = (text, kind, key, hit = '') => index.push({ text, low: text.toLowerCase(), kind, key, hit });
  for (const node of nodes.values()) add(node.name, node.library ? 'library' : `instance of ${node.component}`, node.key);
  for (const node of nodes.values()) {
    if (node.component !== node.name) add(node.component, `component of ${node.name}`, node.key);
    for (const name of node.provides) add(name, `interface of ${node.name}`, node.key, name);
    for (const [name, given] of Object.entries(node.parameters)) add(`${node.name}.${name}`, `parameter, ${given.value}`, node.key, name);
    for (const [name, wire] of Object.entries(node.ports)) add(`${node.name}.${name}`, `port, ${wire.interface}`, node.key, name);
    if (node.device) add(node.device.path, `node, driven by ${node.name}`, node.key, node.device.path);
  }
  for (const call of after.graph.system_calls) add(call.name, `system call ${call.number} of ${call.instance}`, call.instance, call.name);
  for (const each of after.graph.interrupts) add(`irq ${each.line}`, `interrupt of ${each.instance}`, each.instance, `irq ${each.line}`);
  for (const lock of after.graph.locks) {
    const owner = [...nodes.values()].find((node) => lock.name.startsWith(`${node.component}.`));
    if (owner) add(lock.name, 'lock', owner.key, lock.name);
  }
  for (const [component, sources] of Object.entries(after.graph.sources)) {
    const owner = [...nodes.values()].find((node) => node.component === component);
    if (owner) for (const source of sources) add(source, `source of ${component}`, owner.key);
  }
}

/** Best first: the whole, the beginning, the beginning of a word, anywhere; then words of the summaries. */
function find(query) {
  const wanted = query.trim().toLowerCase();
  if (!wanted) return [];
  const rank = (low) => (low === wanted ? 0 : low.startsWith(wanted) ? 1 : new RegExp(`[._/ ]${wanted.replace(/[^a-z0-9]/g, '\\$&')}`).test(low) ? 2 : low.includes(wanted) ? 3 : 9);
  const hits = index.map((entry) => ({ ...entry, rank: rank(entry.low) })).filter((entry) => entry.rank < 9);
  if (wanted.length > 2) {
    const known = new Set(hits.map((entry) => entry.key));
    for (const node of nodes.values()) {
      if (!known.has(node.key) && titleOf(node).toLowerCase().includes(wanted)) hits.push({ text: node.name, kind: titleOf(node), key: node.key, hit: '', rank: 4 });
    }
  }
  return hits.sort((a, b) => a.rank - b.rank).slice(0, mostHits);
}

let hits = [];
let at = 0;

function buildSearch() {
  buildIndex();
  const input = $('search');
  input.addEventListener('input', () => { hits = find(input.value); at = 0; drawHits(); });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      at = hits.length ? (at + (event.key === 'ArrowDown' ? 1 : hits.length - 1)) % hits.length : 0;
      drawHits();
    } else if (event.key === 'Enter' && hits[at]) choose(hits[at]);
    else if (event.key === 'Escape') { input.value = ''; hits = []; drawHits(); input.blur(); }
  });
  input.addEventListener('blur', () => setTimeout(() => { hits = []; drawHits(); }, 150));
  input.addEventListener('focus', () => { hits = find(input.value); drawHits(); });
}

function choose(hit) {
  hits = [];
  drawHits();
  show({ selected: hit.key, hit: hit.hit });
  if (state.view === 'map') { chips.get(hit.key)?.focus(); chips.get(hit.key)?.scrollIntoView({ block: 'nearest' }); }
}

function drawHits() {
  const asked = document.activeElement === $('search') && $('search').value.trim();
  $('results').hidden = !asked;
  $('search').setAttribute('aria-expanded', String(Boolean(asked)));
  $('search').setAttribute('aria-activedescendant', hits.length ? `hit-${at}` : '');
  $('results').replaceChildren(...(hits.length ? hits.map((hit, number) => el('li', { id: `hit-${number}`, role: 'option', 'aria-selected': String(number === at), onmousedown: (event) => { event.preventDefault(); choose(hit); $('search').blur(); } }, el('b', {}, hit.text), el('span', { class: 'kind' }, hit.kind.slice(0, 70)))) : [el('li', { class: 'muted' }, 'Nothing in this graph is called so.')]));
  document.getElementById(`hit-${at}`)?.scrollIntoView({ block: 'nearest' });
}
