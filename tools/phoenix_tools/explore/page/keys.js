// Keys, which the help lists from the same table.

const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const cycle = (list, value) => list[(list.indexOf(value) + 1) % list.length];
const keys = [
  ['/', 'search; arrows and Enter choose', () => $('search').focus()],
  ['m', 'map', () => show({ view: 'map' })],
  ['p', 'picture of the wires', () => content.picture && show({ view: 'picture' })],
  ['+', 'larger picture', () => zoomBy(1.25)],
  ['-', 'smaller picture', () => zoomBy(0.8)],
  ['[', 'start-up: a step back', () => stepTo(state.step - 1)],
  [']', 'start-up: a step on', () => stepTo(state.step + 1)],
  ['y', 'the next chain that says why', () => { const number = chainsTo(nodes.get(state.selected)?.name, mostChains).length; if (number) show({ chain: (state.chain + 1) % number }); }],
  ['c', 'colour by the next thing', () => show({ colour: cycle([...$('colour').options].map((option) => option.value), state.colour) })],
  ['w', 'all wires, or only those of the chosen component', () => show({ wires: !state.wires })],
  ['d', 'to the details', () => $('details').focus()],
  ['g', 'to the map, at the chosen component', () => $('map').querySelector('.chip[tabindex="0"]')?.focus()],
  ['t', 'light or dark', () => setTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark')],
  ['?', 'this list', () => $('help').showModal()],
];

function buildKeys() {
  const rows = [...keys.map(([key, text]) => [key, text]), ['arrows', 'move among components'], ['Enter, Space', 'choose'], ['Esc', 'choose nothing, leave start-up']];
  $('help-keys').append(...rows.flatMap(([key, text]) => [el('dt', {}, key), el('dd', {}, text)]));
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector('dialog[open]')) return;
    if (event.target.matches('input:not([type=checkbox]), select')) return;
    if (arrows[event.key] && event.target.matches('.chip')) {
      event.preventDefault();
      moveFrom(event.target, ...arrows[event.key]);
    } else if (event.key === 'Escape') show({ selected: null, step: -1 });
    else {
      const found = keys.find(([key]) => key === event.key);
      if (found) { event.preventDefault(); found[2](); }
    }
  });
}
