// What graphviz drew, made to be clicked. Titles of nodes are the instances' names.

function buildPicture() {
  if (!content.picture) return;
  $('picture').innerHTML = content.picture; // graphviz escapes what it is given
  const drawn = $('picture').querySelector('svg');
  drawn.removeAttribute('width');
  drawn.removeAttribute('height');
  for (const box_ of drawn.querySelectorAll('g.node')) {
    const name = box_.querySelector('title')?.textContent;
    if (!nodes.has(name)) continue;
    box_.setAttribute('role', 'button');
    box_.setAttribute('tabindex', '0');
    box_.setAttribute('aria-label', name);
    box_.addEventListener('click', () => show({ selected: name }));
    box_.addEventListener('keydown', (event) => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); show({ selected: name }); } });
  }
}

let zoom = 1; // of what fills the width, or is large enough to read

function zoomBy(factor) {
  zoom = Math.max(0.3, Math.min(6, zoom * factor));
  drawPicture();
}

function drawPicture() {
  const drawn = $('picture').querySelector('svg');
  if (!drawn) return;
  const room = $('stage').clientWidth - 28;
  drawn.style.width = `${Math.round(Math.max(room, drawn.viewBox.baseVal.width * 0.85) * zoom)}px`;
  const { users, providers } = related();
  const own = state.selected;
  for (const each of $('picture').querySelectorAll('g.node, g.edge')) {
    const title = each.querySelector('title')?.textContent || '';
    const edge_ = each.classList.contains('edge');
    const near = edge_ ? title.split('->').includes(own) : title === own || users.has(title) || providers.has(title) || !nodes.has(title);
    each.classList.toggle('dim', Boolean(own) && !near);
    each.classList.toggle('selected', !edge_ && title === own);
  }
}
