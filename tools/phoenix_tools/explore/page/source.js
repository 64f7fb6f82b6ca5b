// The text of a file, at the line that a place names.

function openSource(text) {
  const [path, number] = text.split(':');
  const lines = content.files[path];
  $('source-name').textContent = lines ? path : `${text} is not part of this page`;
  $('source-text').replaceChildren(...(lines || '').replace(/\n$/, '').split('\n').map((line_, index_) => el('li', { class: index_ + 1 === Number(number) ? 'at' : '' }, line_ || ' ')));
  $('source-text').hidden = !lines;
  $('source').showModal();
  $('source-text').querySelector('.at')?.scrollIntoView({ block: 'center' });
}
