// The resolved graph, or the two that are compared, and who uses whom. Nothing here touches the page.

const content = JSON.parse(document.getElementById('content').textContent);
const { before, after } = content;
const compared = before !== null;

const byName = (graph) => new Map(graph.instances.map((each) => [each.name, each]));
const nowInstances = byName(after.graph);
const oldInstances = compared ? byName(before.graph) : new Map();

const librariesOf = (graph) => graph.libraries.map((name) => ({
  name, component: name, domain: graph.components[name].domain, place: graph.components[name].place, why: 'a library, which is in every image',
  parameters: {}, ports: (graph.library_ports || {})[name] || {}, provides: Object.keys(graph.components[name].provides),
  device: null, ipis: [], init: null, on_fail: 'panic', library: true,
}));

/** Name -> node. An instance that is gone has its old shape, and the sign `-`. A library whose name an instance has is not told apart. */
const nodes = new Map();
for (const [graph, sign] of compared ? [[after.graph, '+'], [before.graph, '-']] : [[after.graph, '']]) {
  for (const each of [...graph.instances, ...librariesOf(graph)]) {
    const key = each.library && (nowInstances.has(each.name) || oldInstances.has(each.name)) ? `lib:${each.name}` : each.name;
    const known = nodes.get(key);
    if (known) known.sign = '';
    else nodes.set(key, { ...each, key, sign });
  }
}
const changesOf = new Map(); // node -> [{section, ...change}]
for (const section of content.difference || []) {
  for (const change of section.changes) {
    const name = nodes.has(change.name) ? change.name : change.name.split('.')[0];
    const sections = ['instances', 'wires', 'parameters', 'failures', 'order of start-up', 'libraries'];
    if (!nodes.has(name) || !sections.includes(section.title)) continue;
    changesOf.set(name, [...(changesOf.get(name) || []), { section: section.title, ...change }]);
    if (!nodes.get(name).sign) nodes.get(name).sign = '~';
  }
}

/** Every wire once: {user, port, provider, interface, use, why, declared, place, sign}. */
const wires = [];
{
  const seen = new Map();
  for (const side of compared ? [after, before] : [after]) {
    for (const each of [...side.graph.instances, ...librariesOf(side.graph)]) {
      for (const [port, wire] of Object.entries(each.ports)) {
        for (const provider of wire.providers) {
          const id = JSON.stringify([each.name, port, provider]);
          if (seen.has(id)) { seen.get(id).sign = ''; continue; }
          const made = { ...wire, user: each.library && nodes.has(`lib:${each.name}`) ? `lib:${each.name}` : each.name, port, provider, sign: compared ? (side === after ? '+' : '-') : '' };
          seen.set(id, made);
          wires.push(made);
        }
      }
    }
  }
}
const group = (list, key) => list.reduce((found, each) => found.set(each[key], [...(found.get(each[key]) || []), each]), new Map());
const wiresFrom = group(wires, 'user');
const wiresTo = group(wires, 'provider');

const domains = [...group([...nodes.values()], 'domain')].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
const hue = new Map([...domains.keys()].map((index) => [[...domains].map(([name]) => name).sort()[index], Math.round((index * 137.5) % 360)]));

/** Shortest chains of wires to an instance, as lists of [user, port, provider]; at most `most`. */
function chainsTo(name, most) {
  const links = (nowInstances.has(name) || !compared ? after : before).links;
  const found = [];
  const pending = [[name, []]];
  while (pending.length && found.length < most) {
    const [at, behind] = pending.pop();
    const ways = links[at] || [];
    if (behind.length && !ways.length) found.push(behind);
    for (const [user, port] of [...ways].reverse()) pending.push([user, [[user, port, at], ...behind]]);
  }
  return found;
}

const kinds = after.costs.kinds;
const costOf = (node, side = after) => side.costs.components[node.component] || null;
const sharers = (node) => [...nodes.values()].filter((each) => each.component === node.component).length;
const shown = (value, unit) => value.toLocaleString('en') + (unit === 'bytes' ? ' B' : '');
const order = after.graph.init_order.map((step) => step.instance);
