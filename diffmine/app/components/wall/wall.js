// A wall of pictures. Value: {rev, sheet, items, selected, near: [id], empty, size}. Event: pick {id}.
const root = find('.dm-wall');
let shown = null;

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
    root.replaceChildren(...(buttons.length ? buttons : nothing));
  }
  mark(value.selected);
  outline(value.near || []);
}

walkable(root);
watch('value', draw);
draw();
