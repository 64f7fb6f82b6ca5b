// The map: a card for each domain with its components, and the wires of the chosen one over it.

const chips = new Map();
const overlay = svg('svg', { id: 'overlay', 'aria-hidden': 'true' });

function buildMap() {
  const map = $('map');
  map.classList.toggle('dense', nodes.size > 130);
  for (const [domain, members] of domains) {
    const list = el('div', { class: 'chips' });
    for (const node of members) {
      const chip = el('button', { class: `chip${node.library ? ' library' : ''}`, type: 'button', 'data-name': node.key, tabindex: '-1', 'aria-pressed': 'false', title: titleOf(node), onclick: () => show({ selected: node.key }) },
        node.name, node.component !== node.name ? el('small', {}, node.component) : '');
      chips.set(node.key, chip);
      list.append(chip);
    }
    const head = el('h2', {}, domain, el('span', {}, String(members.length)));
    map.append(el('section', { class: 'domain', 'data-domain': domain, 'aria-label': domain, '--hue': hue.get(domain) }, head, list));
  }
  map.append(overlay);
  [...chips.values()][0]?.setAttribute('tabindex', '0');
  new ResizeObserver(() => { place_cards(); drawOverlay(); }).observe(map);
}

function titleOf(node) {
  const about = (node.sign === '-' ? before : after).graph.components[node.component];
  return `${node.domain}/${node.component}: ${about ? about.summary : ''}`;
}

/** Cards span columns by how many they hold, and as many of the grid's thin rows as they are high. */
function place_cards() {
  const map = $('map');
  const columns = getComputedStyle(map).gridTemplateColumns.split(' ').length;
  for (const card of map.querySelectorAll('.domain')) {
    const count = card.querySelectorAll('.chip').length;
    const span = Math.min(columns, count > 40 ? 4 : count > 14 ? 3 : count > 5 ? 2 : 1);
    card.style.gridColumn = `span ${span}`;
  }
  for (const card of map.querySelectorAll('.domain:not([hidden])')) card.style.gridRow = `span ${Math.ceil((card.offsetHeight + 12) / 2)}`;
}

function related() {
  const users = new Set((wiresTo.get(nodes.get(state.selected)?.name) || []).map((wire) => wire.user));
  const providers = new Set((wiresFrom.get(state.selected) || []).map((wire) => wire.provider));
  return { users, providers };
}

function drawMap() {
  for (const card of document.querySelectorAll('.domain')) card.hidden = state.hidden.has(card.dataset.domain);
  $('map').classList.toggle('neutral', state.colour !== 'domain' || state.step >= 0);
  const { users, providers } = related();
  const kind = kinds.find((each) => each.key === state.colour);
  const most = kind ? Math.max(1, ...[...nodes.values()].map((node) => costOf(node)?.[kind.key] || 0)) : 1;
  const chosen = chips.get(state.selected);
  for (const [key, chip] of chips) {
    const node = nodes.get(key);
    chip.setAttribute('aria-pressed', String(key === state.selected));
    chip.classList.toggle('user', users.has(key));
    chip.classList.toggle('provider', providers.has(key));
    const at = order.indexOf(key);
    const stepping = state.step >= 0;
    chip.classList.toggle('started', stepping && at >= 0 && at < state.step);
    chip.classList.toggle('starting', stepping && at === state.step);
    const near = key === state.selected || users.has(key) || providers.has(key);
    chip.classList.toggle('dim', stepping ? at < 0 || at > state.step : Boolean(chosen) && !near);
    const amount = kind ? (costOf(node)?.[kind.key] || 0) / most : 0;
    chip.classList.toggle('heat', Boolean(kind));
    chip.style.setProperty('--amount', `${Math.round(Math.sqrt(amount) * 85)}%`);
    for (const [sign, name] of [['+', 'added'], ['-', 'removed'], ['~', 'changed'], ['', 'same']]) chip.classList.toggle(name, state.colour === 'difference' && node.sign === sign);
  }
  if (chosen) {
    for (const chip of chips.values()) chip.setAttribute('tabindex', chip === chosen ? '0' : '-1');
  }
  place_cards();
  drawOverlay();
  drawLegend();
}

const visible = (key) => chips.has(key) && !state.hidden.has(nodes.get(key).domain);

function box(key) {
  const outer = $('map').getBoundingClientRect();
  const own = chips.get(key).getBoundingClientRect();
  return { x: own.left - outer.left + own.width / 2, y: own.top - outer.top + own.height / 2, w: own.width / 2, h: own.height / 2 };
}

/** Where the straight line from `to` meets the edge of `from`. */
function edge(from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const scale = Math.min(from.w / (Math.abs(dx) || 1e-6), from.h / (Math.abs(dy) || 1e-6), 1);
  return [from.x + dx * scale, from.y + dy * scale];
}

function line(user, provider, look) {
  if (!visible(user) || !visible(provider) || user === provider) return;
  const [a, b] = [box(user), box(provider)];
  const [[x1, y1], [x2, y2]] = [edge(a, b), edge(b, a)];
  const bend = Math.min(60, Math.hypot(x2 - x1, y2 - y1) / 6);
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [mx, my] = [(x1 + x2) / 2 - ((y2 - y1) / length) * bend, (y1 + y2) / 2 + ((x2 - x1) / length) * bend];
  const path = svg('path', { d: `M${x1} ${y1}Q${mx} ${my} ${x2} ${y2}`, class: look });
  if (look !== 'all') path.setAttribute('marker-end', 'url(#head)');
  overlay.append(path);
}

function drawOverlay() {
  const map = $('map');
  overlay.replaceChildren();
  for (const chip of chips.values()) chip.classList.remove('why');
  if (map.hidden) return;
  overlay.setAttribute('width', map.clientWidth);
  overlay.setAttribute('height', map.scrollHeight);
  const marker = svg('marker', { id: 'head', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: 'userSpaceOnUse', orient: 'auto' });
  marker.append(svg('path', { d: 'M0 0L8 4L0 8z' }));
  overlay.append(marker);
  if (state.wires) for (const wire of wires) line(wire.user, wire.provider, 'all');
  if (state.step >= 0) {
    const step = after.graph.init_order[state.step];
    for (const each of step.after) line(step.instance, each, 'order');
    return;
  }
  const node = nodes.get(state.selected);
  if (!node) return;
  for (const wire of wiresTo.get(node.name) || []) line(wire.user, state.selected, `user ${wire.use}`);
  for (const wire of wiresFrom.get(state.selected) || []) line(state.selected, wire.provider, `provider ${wire.use}`);
  for (const [user, , provider] of chainsTo(node.name, mostChains)[state.chain] || []) {
    line(user, provider, 'why');
    for (const key of [user, provider]) chips.get(key)?.classList.add('why');
    for (const key of [user, provider]) chips.get(key)?.classList.remove('dim');
  }
}

function drawLegend() {
  const kind = kinds.find((each) => each.key === state.colour);
  const key = (colour, text) => el('span', {}, el('i', { style: `border-color:var(${colour})` }), text);
  const parts = [];
  if (state.step >= 0) parts.push(key('--added', `step ${state.step + 1} of ${order.length}: ${order[state.step]}; arrows go to what it must wait for`));
  else if (state.selected && state.view === 'map') parts.push(key('--user', 'uses it'), key('--provider', 'it uses'), key('--why', 'why it is here'), el('span', {}, 'solid: orders start-up; dashed: when running'));
  if (kind) {
    const most = Math.max(0, ...[...nodes.values()].map((node) => costOf(node)?.[kind.key] || 0));
    parts.push(el('span', {}, `${kind.title}: 0`, el('b', { class: 'swatch' }), shown(most, kind.unit)));
  }
  if (state.colour === 'difference') parts.push(key('--added', 'added'), key('--removed', 'removed'), key('--changed', 'changed'));
  if (state.view === 'map') parts.push(el('span', {}, 'dashed box: library'));
  else parts.push(el('span', {}, '+ and - for a larger or smaller picture'));
  if (after.costs.missing && !state.selected) parts.push(el('span', {}, after.costs.missing));
  $('legend').replaceChildren(...parts);
}

/** The nearest chip in a direction. */
function moveFrom(chip, dx, dy) {
  const from = box(chip.dataset.name);
  let best = null;
  for (const key of chips.keys()) {
    if (!visible(key) || chips.get(key) === chip) continue;
    const to = box(key);
    const ahead = (to.x - from.x) * dx + (to.y - from.y) * dy;
    const aside = Math.abs((to.x - from.x) * dy) + Math.abs((to.y - from.y) * dx);
    if (ahead < 4) continue;
    const far = ahead + 2.5 * aside;
    if (!best || far < best.far) best = { far, key };
  }
  if (!best) return;
  for (const each of chips.values()) each.setAttribute('tabindex', '-1');
  chips.get(best.key).setAttribute('tabindex', '0');
  chips.get(best.key).focus();
}
