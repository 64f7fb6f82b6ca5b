// The right-hand side: everything about the chosen component, or about the graph.

const mostChains = 8;
const mostOpen = 3;
const mostSteps = 8; // even

function drawDetails() {
  const node = nodes.get(state.selected);
  $('details').replaceChildren(...(node ? aboutNode(node) : aboutGraph()).flat(Infinity).filter(Boolean));
  $('details').scrollTop = 0;
  $('details').querySelector('.hit')?.scrollIntoView({ block: 'center' });
}

const section = (title, ...parts) => { const kept = parts.flat(Infinity).filter(Boolean); return kept.length ? [el('h3', {}, title), ...kept] : []; };

function aboutGraph() {
  const graph = after.graph;
  const machine = graph.machine;
  const budgets = Object.entries(graph.budgets || {});
  return [
    el('h2', {}, graph.graph), el('p', {}, graph.summary), place(graph.place),
    el('p', { class: 'muted' }, `${many(graph.instances.length, 'instance')} in ${many(new Set(graph.instances.map((each) => each.domain)).size, 'domain')}, ${many(wires.length, 'wire')}, ${many(order.length, 'step')} of start-up, ${many(graph.system_calls.length, 'system call')}`),
    graph.extends.length ? el('p', {}, `extends ${graph.extends.join(', ')}`) : null,
    machine ? el('p', {}, `machine ${machine.name}: ${machine.qemu.cpu}, ${many(machine.qemu.cpus, 'CPU')}, ${machine.qemu.memory / 2 ** 20} MiB`) : null,
    budgets.length ? section('Budgets', el('table', {}, budgets.map(([name, limit]) => el('tr', {}, el('td', {}, name), el('td', { class: 'number' }, typeof limit === 'object' ? JSON.stringify(limit) : limit.toLocaleString('en')))))) : null,
    after.costs.missing ? el('div', { class: 'note', id: 'missing-costs' }, after.costs.missing) : null,
    after.costs.boot_missing ? el('p', { class: 'sub' }, `Boot instructions are counted by: ${after.costs.boot_missing}`) : null,
    kinds.map((kind) => section(`${kind.title}: the most`, biggest(kind))),
    compared ? section('Difference', el('p', {}, `${[...nodes.values()].filter((each) => each.sign === '+').length} added, ${[...nodes.values()].filter((each) => each.sign === '-').length} removed, ${[...nodes.values()].filter((each) => each.sign === '~').length} changed since ${before.title}`)) : null,
    el('p', { class: 'sub' }, 'Choose a component to see why it is in, what it costs and who is wired to it. Press ? for keys.'),
  ];
}

function biggest(kind) {
  const rows = Object.entries(after.costs.components).map(([name, row]) => [name, row[kind.key] || 0]).sort((a, b) => b[1] - a[1]);
  const total = rows.reduce((sum, row) => sum + row[1], 0);
  const keyOf = (component) => [...nodes.values()].find((each) => each.component === component)?.key;
  return el('table', {}, rows.slice(0, 9).filter((row) => row[1]).map(([name, amount]) => el('tr', {},
    el('td', {}, keyOf(name) ? toNode(keyOf(name), name) : el('span', { class: 'muted' }, name), bar(amount / rows[0][1])), el('td', { class: 'number' }, shown(amount, kind.unit)))),
  el('tr', {}, el('th', {}, 'all'), el('th', { class: 'number' }, shown(total, kind.unit))));
}

function aboutNode(node) {
  const side = node.sign === '-' ? before : after;
  const about = side.graph.components[node.component] || {};
  const docs = content.components[node.component] || { ports: {}, parameters: {}, readme: '', folder: '' };
  return [
    el('h2', {}, node.name, node.sign ? el('span', { class: signClass[node.sign] }, { '+': '  added', '-': '  removed', '~': '  changed' }[node.sign]) : ''),
    el('p', { class: 'muted' }, `${node.library ? 'library' : 'instance of'} ${node.domain}/${node.component}`),
    el('p', {}, about.summary || ''),
    glance(node),
    section('What changed', changed(node)),
    section('Why it is here', whyHere(node, side)),
    section('What it costs', cost(node)),
    section(`Uses ${new Set((wiresFrom.get(node.key) || []).map((wire) => wire.provider)).size}`, uses(node, docs)),
    section(`Used by ${new Set((wiresTo.get(node.name) || []).map((wire) => wire.user)).size}`, usedBy(node)),
    section('Provides', node.provides.map((name) => el('p', { class: state.hit === name ? 'hit' : '' }, el('b', {}, name), ' ', place((about.provides || {})[name]), el('div', { class: 'sub' }, content.interfaces[name] ? `${content.interfaces[name].kind}: ${content.interfaces[name].summary}` : '')))),
    section('Parameters', parameters(node, docs)),
    section('Start-up', startUp(node)),
    section('Device', device(node)),
    section('Locks', side.graph.locks.filter((lock) => lock.name.startsWith(`${node.component}.`)).map((lock) => el('p', { class: state.hit === lock.name ? 'hit' : '' }, `${lock.name}, rank ${lock.rank}, ${lock.kind} `, place(lock.place), el('div', { class: 'sub' }, lock.summary)))),
    calls(node, side),
    docs.readme ? el('details', {}, el('summary', {}, 'Documentation'), readme(docs)) : null,
    file('Manifest', about.place), file('Graph', node.library ? '' : node.place),
  ];
}

/** The figures that one looks for first. */
function glance(node) {
  const row = costOf(node, node.sign === '-' ? before : after);
  const tags = row ? kinds.map((kind) => `${shown(row[kind.key] || 0, kind.unit)} ${kind.short}`) : ['costs missing'];
  tags.push(`used by ${new Set((wiresTo.get(node.name) || []).map((wire) => wire.user)).size}`, `uses ${new Set((wiresFrom.get(node.key) || []).map((wire) => wire.provider)).size}`);
  if (node.init) tags.push(`start-up ${node.init.order + 1} of ${order.length}`);
  if (node.device) tags.push(node.device.path);
  return el('p', { id: 'glance' }, tags.map((text) => el('span', { class: 'tag' }, text)));
}

function changed(node) {
  return (changesOf.get(node.key) || []).map((change) => el('p', {}, el('b', { class: signClass[change.sign] }, `${change.sign} ${change.section} `), change.name === node.name ? change.text : `${change.name}: ${change.text}`));
}

function whyHere(node, side) {
  if (node.library) return [el('p', {}, `${node.why} `, place(node.place))];
  const named = side.named[node.name].map(([text, at]) => el('li', {}, text, ' ', place(at)));
  const chains = chainsTo(node.name, mostChains);
  return [
    el('ol', { class: 'chain' }, named),
    chains.slice(0, mostOpen).map((chain, index) => chainRow(chain, index)),
    chains.length > mostOpen ? el('details', { open: state.chain >= mostOpen }, el('summary', {}, `${chains.length - mostOpen} more`), chains.slice(mostOpen).map((chain, index) => chainRow(chain, index + mostOpen))) : null,
    chains.length > 1 ? el('p', { class: 'sub' }, `${chains.length}${chains.length === mostChains ? ' or more' : ''} shortest chains; y marks the next one on the map`) : chains.length ? null : el('p', { class: 'sub' }, 'Nobody uses it: it begins a chain, or only libraries use it.'),
  ];
}

/** A chain of wires; of a long one both ends. */
function chainRow(chain, index) {
  const steps = chain.map(([user, port, provider]) => {
    const wire = nodes.get(user).ports[port] || {};
    return el('li', {}, toNode(user), ' \u2192 ', toNode(provider), el('span', { class: 'sub' }, ` through ${port} (${wire.interface}): ${wire.why} `), place(wire.declared));
  });
  if (steps.length > mostSteps) steps.splice(mostSteps / 2, steps.length - mostSteps, el('li', { class: 'muted' }, `... ${steps.length - mostSteps} more ...`));
  return el('ol', { class: 'chain why-chain', 'aria-current': String(index === state.chain), onmouseenter: () => { state.chain = index; markChains(); drawOverlay(); } }, steps);
}

function markChains() {
  document.querySelectorAll('.why-chain').forEach((each, index) => {
    each.setAttribute('aria-current', String(index === state.chain));
    if (index === state.chain && each.parentElement.matches('details')) each.parentElement.open = true;
  });
}

function cost(node) {
  const row = costOf(node, node.sign === '-' ? before : after);
  if (!row) return [el('div', { class: 'note' }, after.costs.missing || 'It takes nothing of the image that can be told apart.')];
  const old = compared && costOf(node, before);
  const all = (key) => Object.values(after.costs.components).reduce((sum, each) => sum + (each[key] || 0), 0);
  const share = sharers(node);
  const rows = kinds.map((kind) => el('tr', {}, el('td', {}, kind.title, bar((row[kind.key] || 0) / (all(kind.key) || 1))), el('td', { class: 'number' }, shown(row[kind.key] || 0, kind.unit), old ? delta((row[kind.key] || 0) - (old[kind.key] || 0)) : '')));
  const parts = ['text', 'rodata', 'data', 'bss'].filter((key) => row[key]).map((key) => `${key} ${row[key].toLocaleString('en')}`);
  return [el('table', { id: 'cost' }, rows), el('p', { class: 'sub' }, parts.join(', ') + (share > 1 ? `; of the component, which ${share} instances share` : ''))];
}

const delta = (amount) => (amount ? el('div', { class: amount > 0 ? 'minus' : 'plus' }, `${amount > 0 ? '+' : ''}${amount.toLocaleString('en')}`) : '');

function uses(node, docs) {
  const rows = Object.entries(node.ports).map(([port, wire]) => {
    const to = wire.providers.length ? wire.providers.flatMap((each, index) => [index ? ', ' : '', toNode(each)]) : [el('span', { class: 'muted' }, 'nobody')];
    return el('tr', { class: state.hit === port ? 'hit' : '' },
      el('td', {}, el('b', { title: docs.ports[port] || '' }, port), el('div', { class: 'sub' }, `${wire.interface}, ${wire.cardinality}, ${wire.use}`)),
      el('td', {}, ...to, el('div', { class: 'sub' }, wire.why, ' ', place(wire.place === node.place ? wire.declared : wire.place))));
  });
  return rows.length ? [el('table', { id: 'uses' }, rows)] : [];
}

function usedBy(node) {
  const list = wiresTo.get(node.name) || [];
  if (!list.length) return [];
  const rows = list.map((wire) => el('tr', {}, el('td', {}, toNode(wire.user), wire.sign ? el('b', { class: signClass[wire.sign] }, ` ${wire.sign}`) : ''), el('td', { class: 'muted' }, `${wire.port} (${wire.interface})`)));
  return [el('table', { id: 'used-by' }, rows)];
}

function parameters(node, docs) {
  const rows = Object.entries(node.parameters).map(([name, given]) => {
    const doc = docs.parameters[name] || {};
    const range = doc.values?.length ? doc.values.join(' | ') : doc.min !== null && doc.min !== undefined ? `${doc.min} to ${doc.max ?? 'any'}` : '';
    return el('tr', { class: state.hit === name ? 'hit' : '' }, el('td', {}, el('b', {}, name), el('div', { class: 'sub' }, given.type, range ? `, ${range}` : '')),
      el('td', {}, el('code', {}, String(given.value)), given.from === 'default' ? el('span', { class: 'muted' }, ' (default)') : ` (${given.why}) `, place(given.from.includes(':') ? given.from : given.declared), el('div', { class: 'sub' }, doc.summary || '')));
  });
  return rows.length ? [el('table', { id: 'parameters' }, rows)] : [];
}

function startUp(node) {
  if (!node.init) return [];
  const step = after.graph.init_order[order.indexOf(node.name)];
  return [el('p', {}, `step ${node.init.order + 1} of ${order.length}, ${node.init.method}(); on failure: ${node.on_fail}`),
    step?.after.length ? el('p', {}, 'after ', step.after.flatMap((each, index) => [index ? ', ' : '', toNode(each)])) : null];
}

function device(node) {
  if (!node.device) return [];
  const own = node.device;
  return [el('p', { class: state.hit === own.path ? 'hit' : '' }, el('code', {}, own.path), ` (${own.compatible}): ${own.why}`),
    own.registers.map((each) => el('p', { class: 'mono' }, `${each.name} 0x${each.phys.toString(16)}+0x${each.size.toString(16)}`)),
    own.interrupts.map((each) => el('p', { class: `mono ${state.hit === `irq ${each.line}` ? 'hit' : ''}` }, `irq ${each.line} ${each.name}, ${each.trigger} \u2192 ${each.handler}() `, place(each.declared)))].flat();
}

function calls(node, side) {
  const own = side.graph.system_calls.filter((call) => call.instance === node.name);
  if (!own.length) return [];
  return [el('details', { open: own.some((call) => call.name === state.hit) || own.length < 12 }, el('summary', {}, many(own.length, 'system call')),
    el('table', {}, own.map((call) => el('tr', { class: call.name === state.hit ? 'hit' : '' }, el('td', { class: 'number' }, call.number), el('td', {}, call.name, call.gaps ? el('div', { class: 'sub' }, `not: ${call.gaps}`) : '')))))];
}

function readme(docs) {
  const made = el('div', { class: 'readme' });
  made.innerHTML = docs.readme; // rendered without raw HTML
  for (const link of made.querySelectorAll('a')) {
    if (/^https?:/.test(link.href)) link.target = '_blank';
    else link.replaceWith(el('code', {}, link.textContent));
  }
  return made;
}

function file(title, at) {
  const path = (at || '').split(':')[0];
  if (!content.files[path]) return null;
  return el('details', {}, el('summary', {}, `${title}: ${path}`), el('pre', { class: 'file' }, content.files[path]));
}
