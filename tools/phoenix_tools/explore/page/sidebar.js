// The left-hand side: domains to filter by, order of start-up, machine, difference.

const tabs = [['domains', 'Domains'], ['start', 'Start-up'], ['machine', 'Machine'], ...(compared ? [['changes', 'Changes']] : [])];

function buildTabs() {
  const move = (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const index = (tabs.findIndex(([id]) => id === state.tab) + by + tabs.length) % tabs.length;
    show({ tab: tabs[index][0] });
    $(`tab-${tabs[index][0]}`).focus();
  };
  $('tabs').append(...tabs.map(([id, title]) => el('button', { id: `tab-${id}`, type: 'button', role: 'tab', 'aria-controls': 'panel', onclick: () => show({ tab: id }), onkeydown: move }, title)));
}

function drawSidebar() {
  for (const [id] of tabs) {
    $(`tab-${id}`).setAttribute('aria-selected', String(id === state.tab));
    $(`tab-${id}`).setAttribute('tabindex', id === state.tab ? '0' : '-1');
  }
  $('panel').setAttribute('aria-labelledby', `tab-${state.tab}`);
  $('panel').replaceChildren(...{ domains: domainRows, start: startRows, machine: machineRows, changes: changeRows }[state.tab]().flat(Infinity).filter(Boolean));
  $('panel').querySelector('.current')?.scrollIntoView({ block: 'nearest' });
}

function domainRows() {
  const kind = kinds[0];
  const total = (members) => [...new Set(members.map((node) => node.component))].reduce((sum, name) => sum + (after.costs.components[name]?.[kind.key] || 0), 0);
  const most = kind ? Math.max(1, ...domains.map(([, members]) => total(members))) : 1;
  const rows = [...domains].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([domain, members]) => el('li', { '--hue': hue.get(domain) },
    el('input', { type: 'checkbox', id: `domain-${domain}`, checked: !state.hidden.has(domain), onchange: () => { state.hidden.has(domain) ? state.hidden.delete(domain) : state.hidden.add(domain); show({}); $(`domain-${domain}`).focus(); } }),
    el('span', { class: 'swatch' }),
    el('label', { class: 'grow', for: `domain-${domain}` }, domain, el('span', { class: 'muted' }, ` ${members.length}`), kind ? bar(total(members) / most) : ''),
    kind ? el('span', { class: 'sub number' }, `${(total(members) / 1024).toFixed(1)}K`) : '',
    el('button', { class: 'only', type: 'button', 'aria-label': `Only ${domain}`, onclick: () => { state.hidden = new Set(domains.map(([name]) => name).filter((name) => name !== domain)); show({}); } }, 'only')));
  return [el('div', { class: 'controls' }, el('button', { id: 'all-domains', type: 'button', onclick: () => { state.hidden = new Set(); show({}); } }, 'all'), el('span', { class: 'sub' }, kind ? kind.title.toLowerCase() : 'costs are missing')), el('ul', { class: 'rows', id: 'domain-rows' }, rows)];
}

function stepTo(step) {
  show({ tab: 'start', step: Math.max(-1, Math.min(order.length - 1, step)), selected: null });
}

function startRows() {
  const boot = kinds.find((kind) => kind.key === 'boot');
  const rows = after.graph.init_order.map((step, index) => el('li', { class: index === state.step ? 'current' : '' }, el('span', { class: 'muted number' }, String(index + 1)),
    el('span', { class: 'grow' }, el('button', { class: 'link', type: 'button', onclick: () => stepTo(index) }, step.instance), step.after.length ? el('div', { class: 'sub' }, `after ${step.after.join(', ')}`) : ''),
    boot ? el('span', { class: 'sub number' }, (costOf(nodes.get(step.instance))?.boot || 0).toLocaleString('en')) : ''));
  return [el('div', { class: 'controls' },
    el('button', { id: 'step-back', type: 'button', 'aria-label': 'Step back', onclick: () => stepTo(state.step - 1) }, '\u25c0'),
    el('button', { id: 'step-on', type: 'button', 'aria-label': 'Step on', onclick: () => stepTo(state.step + 1) }, '\u25b6'),
    el('button', { type: 'button', onclick: () => stepTo(-1) }, 'leave'), el('span', { class: 'sub' }, '[ and ]')), el('ul', { class: 'rows', id: 'steps' }, rows)];
}

function machineRows() {
  const graph = after.graph;
  const machine = graph.machine;
  const free = group(graph.unclaimed, 'compatible');
  return [
    machine ? [el('b', {}, machine.name), el('p', { class: 'sub' }, `QEMU ${machine.qemu.machine}, ${machine.qemu.cpu}, ${many(machine.qemu.cpus, 'CPU')}, ${machine.qemu.memory / 2 ** 20} MiB`), place(machine.device_tree_place)] : [el('p', {}, 'No machine: a host test.')],
    section('Device tree: driven', graph.claims.map((claim) => el('p', {}, el('code', {}, claim.path), el('div', { class: 'sub' }, `${claim.compatible} by `, toNode(claim.instance))))),
    section('Interrupts', graph.interrupts.map((each) => el('p', {}, `${each.line} \u2192 `, toNode(each.instance), `.${each.handler}`, el('div', { class: 'sub' }, each.path)))),
    section('Device tree: driven by nobody', [...free].map(([compatible, list]) => el('p', { class: 'sub' }, `${compatible}${list.length > 1 ? ` (${list.length})` : ''}`))),
  ].flat();
}

function changeRows() {
  if (!content.difference.length) return [el('p', {}, 'Both resolve to the same.')];
  return content.difference.flatMap((part) => [el('h3', {}, part.title), ...part.changes.map((change) => {
    const key = nodes.has(change.name) ? change.name : change.name.split('.')[0];
    return el('p', { class: 'change' }, el('b', { class: signClass[change.sign] }, `${change.sign} `), toNode(nodes.has(key) ? key : change.name, change.name), el('span', { class: 'sub' }, ` ${change.text}`));
  })]);
}
