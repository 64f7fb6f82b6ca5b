// Ties the parts together: `show` is the one way to change what is seen, and the address keeps it.

function show(change) {
  if ('selected' in change && change.selected !== state.selected) Object.assign(state, { chain: 0, hit: '', step: 'step' in change ? change.step : -1 });
  const same = Object.keys(change).every((key) => key === 'chain');
  Object.assign(state, change);
  draw(same && Object.keys(change).length > 0);
  const kept = new URLSearchParams();
  if (state.selected) kept.set('select', state.selected);
  if (state.view !== 'map') kept.set('view', state.view);
  if (state.colour !== (compared ? 'difference' : 'domain')) kept.set('colour', state.colour);
  history.replaceState(null, '', `#${kept}`);
}

function draw(onlyChain) {
  $('map').hidden = state.view !== 'map';
  $('picture').hidden = state.view !== 'picture';
  for (const button of $('views').children) button.setAttribute('aria-pressed', String(button.dataset.view === state.view));
  $('colour').value = state.colour;
  $('wires').checked = state.wires;
  drawMap();
  if (state.view === 'picture') drawPicture();
  if (onlyChain) { markChains(); return; }
  drawSidebar();
  drawDetails();
}

function setTheme(theme, keep = true) {
  document.documentElement.dataset.theme = theme;
  $('theme').textContent = theme === 'dark' ? '\u2600 light' : '\u263d dark';
  if (!keep) return;
  try { localStorage.setItem('phoenix-theme', theme); } catch { /* a browser may forbid it for files */ }
}

function wantedTheme() {
  try { return localStorage.getItem('phoenix-theme'); } catch { return null; }
}

function start() {
  $('title').append(...(compared ? [before.title, el('span', { class: 'arrow' }, ' \u2192 '), after.title] : [after.title]));
  const dark = matchMedia('(prefers-color-scheme: dark)');
  setTheme(wantedTheme() || (dark.matches ? 'dark' : 'light'), false);
  dark.addEventListener('change', () => wantedTheme() || setTheme(dark.matches ? 'dark' : 'light', false));
  $('theme').addEventListener('click', () => setTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark'));
  $('help-button').addEventListener('click', () => $('help').showModal());
  $('wires').addEventListener('change', () => show({ wires: $('wires').checked }));
  $('colour').append(...[['domain', 'domain'], ...(compared ? [['difference', 'difference']] : []), ...kinds.map((kind) => [kind.key, kind.title.toLowerCase()])].map(([value, title]) => el('option', { value }, title)));
  $('colour').addEventListener('change', () => show({ colour: $('colour').value }));
  for (const [view, title] of [['map', 'Map'], ['picture', 'Picture']]) {
    const missing = view === 'picture' && !content.picture;
    $('views').append(el('button', { type: 'button', 'data-view': view, disabled: missing, title: missing ? 'Too many instances for a picture, or of a revision' : '', onclick: () => show({ view }) }, title));
  }
  buildTabs();
  buildMap();
  buildPicture();
  buildSearch();
  buildKeys();
  const kept = new URLSearchParams(location.hash.slice(1));
  const options = [...$('colour').options].map((option) => option.value);
  show({
    selected: nodes.has(kept.get('select')) ? kept.get('select') : null,
    view: kept.get('view') === 'picture' && content.picture ? 'picture' : 'map',
    tab: compared ? 'changes' : 'domains',
    colour: options.includes(kept.get('colour')) ? kept.get('colour') : compared ? 'difference' : 'domain',
  });
  document.documentElement.dataset.ready = 'true';
}

start();
