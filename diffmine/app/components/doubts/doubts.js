// What speaks against a list of patches. Value: {rev, items: [{key, text, button}], pressed}. Event: show {key}, an
// empty one when what is shown is to be hidden.
const root = find('.dm-doubts');
let shown = null;

function line({key, text, button}, pressed) {
  const press = make('button', {type: 'button', class: 'dm-chip', 'aria-pressed': String(key === pressed),
    onclick: () => tell('show', {key: press.getAttribute('aria-pressed') === 'true' ? '' : key})},
  key === pressed ? TEXTS.hidePatches : TEXTS.showPatches);
  press.dataset.key = key;
  return make('li', {}, make('span', {}, `⚠ ${text}`), button ? press : null);
}

function draw() {
  const value = props.value;
  if (!value || value.rev === shown) return;
  shown = value.rev;
  const focused = root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  root.replaceChildren(...value.items.map(item => line(item, value.pressed)));
  if (focused !== null) [...root.querySelectorAll('button')].find(each => each.dataset.key === focused)?.focus();
}

watch('value', draw);
draw();
