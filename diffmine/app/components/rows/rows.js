// Rows of pictures with words. Value: {rev, sheet, heads, rows: [{key, title, facts, flag, items, into,
// merge}], selected, empty}. Events: open {key}, pick {id}, merge {key, into}.
const root = find('.dm-rows');
let shown = null;

function mark(key) {
  for (const each of root.querySelectorAll('.dm-row')) {
    const is = each.dataset.key === String(key);
    each.classList.toggle('dm-open', is);
    each.querySelector('.dm-row-name')?.setAttribute('aria-expanded', String(is));
  }
}

function open(key) {
  mark(key);
  tell('open', {key});
}

function rowOf(sheet, row) {
  const pick = item => { if (!item.blank) tell('pick', {id: item.id}); };
  const tiles = make('div', {class: 'dm-row-tiles'});
  tiles.append(...row.items.map(item => tileButton(sheet, item, item.at, pick)));
  walkable(tiles);
  const name = make('button', {type: 'button', class: 'dm-row-name', onclick: () => open(row.key)},
    make('strong', {title: row.title}, row.title));
  if (row.flag) name.append(make('span', {class: 'dm-flag', title: row.why}, row.flag));
  name.append(...row.facts.map(fact => make('span', {class: 'dm-fact', title: fact}, fact)));
  const words = make('div', {}, name);
  if (row.merge) words.append(make('button', {type: 'button', class: 'dm-chip', 'aria-label': row.merge,
    title: row.merge, onclick: () => tell('merge', {key: row.key, into: row.into})}, TEXTS.mergeBoth));
  const line = make('div', {class: 'dm-row'}, words, tiles);
  line.dataset.key = row.key;
  return line;
}

function draw() {
  const value = props.value;
  if (!value) { root.replaceChildren(); shown = null; return; }
  if (value.rev !== shown) {
    shown = value.rev;
    const nothing = value.empty ? [make('p', {class: 'dm-empty'}, value.empty)] : [];
    const rows = value.rows.map(row => rowOf(value.sheet, row));
    root.replaceChildren(...(rows.length ? rows : nothing));
  }
  mark(value.selected);
}

watch('value', draw);
draw();
