// A wall of pictures. Value: {rev, sheet, items, selected, near: [id], empty, size}. Event: pick {id}.
const root = find('.dm-wall'), slider = find('.dm-size input'), SIZE = 'diffmine-wall-size';
let shown = null;

// How large the pictures are is this visitor's choice, the same on all walls that have the slider.
function resize(size) {
  const pixels = Math.min(Math.max(Number(size) || 64, 40), 240);
  if (slider) slider.value = pixels;
  root.style.setProperty('--dm-chosen', `${pixels}px`);
}
if ('sized' in root.dataset) {
  let before = null;
  try { before = localStorage.getItem(SIZE); } catch { /* storage may be forbidden */ }
  if (before) resize(before);
  slider?.addEventListener('input', () => {
    try { localStorage.setItem(SIZE, slider.value); } catch { /* full, or forbidden */ }
    document.dispatchEvent(new CustomEvent(SIZE, {detail: slider.value}));
  });
  document.addEventListener(SIZE, event => resize(event.detail));
}

// A line before the first of those patches at the end that are all inside the noise.
function lined(buttons, items) {
  const from = items.findLastIndex(item => !item.noise) + 1;
  if (from === items.length || !from) return buttons;
  return [...buttons.slice(0, from), make('p', {class: 'dm-noise-line'}, TEXTS.noiseBegins), ...buttons.slice(from)];
}

function mark(id) {
  for (const each of root.querySelectorAll('button.dm-patch')) {
    const is = each.dataset.id === id;
    each.classList.toggle('dm-selected', is);
    each.setAttribute('aria-pressed', String(is));
  }
}

// What is near to a patch of the other wall; Tab then leads to the nearest of them.
function outline(near) {
  const all = [...root.querySelectorAll('button.dm-patch')];
  for (const each of all) each.classList.toggle('dm-near', near.includes(each.dataset.id));
  const first = all.find(each => each.dataset.id === near[0]);
  if (first && !root.contains(document.activeElement))
    all.forEach(each => { each.tabIndex = each === first ? 0 : -1; });
}

function pick(item) {
  if (item.blank) return;
  mark(item.id);
  tell('pick', {id: item.id});
}

function draw() {
  const value = props.value;
  if (!value) { root.replaceChildren(); shown = null; return; }
  if (value.rev !== shown) {
    shown = value.rev;
    root.style.setProperty('--dm-size', `${value.size || 64}px`);
    root.classList.toggle('dm-strip', Boolean(value.strip));
    const buttons = value.items.map((item, at) => tileButton(value.sheet, item, at, pick));
    buttons.forEach((each, at) => { each.tabIndex = at ? -1 : 0; });
    const nothing = value.empty ? [make('p', {class: 'dm-empty'}, value.empty)] : [];
    root.replaceChildren(...(buttons.length ? lined(buttons, value.items) : nothing));
  }
  mark(value.selected);
  outline(value.near || []);
}

walkable(root);
watch('value', draw);
draw();
