// A table of records. Value: {rev, sheet, heads: [{key, title, sort}], rows: [{id, alt, at, cells}], caption,
// empty, selected}. Events: pick {id}, sort {key}.
const root = find('.dm-records');
let shown = null;

function mark(id) {
  for (const row of root.querySelectorAll('tbody tr')) {
    const is = Boolean(id) && row.dataset.id === id;
    row.classList.toggle('dm-open', is);
    row.querySelector('button')?.setAttribute('aria-pressed', String(is));
  }
}

function line(value, row) {
  const pick = () => { mark(row.id); tell('pick', {id: row.id}); };
  const tile = make('td', {class: 'dm-record-tile'});
  if (row.id) tile.append(tileButton(value.sheet, {id: row.id, alt: row.alt}, row.at, pick));
  const cells = row.cells.map((text, at) => make(at ? 'td' : 'th', at ? {} : {scope: 'row'}, ...parted(text)));
  const whole = make('tr', {class: row.id ? '' : 'dm-closed'}, tile, ...cells);
  whole.dataset.id = row.id;
  if (row.id) whole.addEventListener('click', event => { if (!event.target.closest('button')) pick(); });
  return whole;
}

function head({key, title, sort}) {
  const arrow = {up: ' ▲', down: ' ▼'}[sort] ?? '';
  const button = make('button', {type: 'button', class: 'dm-sort', onclick: () => tell('sort', {key})}, title,
    make('span', {'aria-hidden': 'true'}, arrow));
  const said = {up: 'ascending', down: 'descending'}[sort] ?? 'none';
  const cell = make('th', {scope: 'col', 'aria-sort': said}, button);
  cell.dataset.key = key;
  return cell;
}

function scrolls() {
  if (root.scrollWidth > root.clientWidth) root.tabIndex = 0;
  else root.removeAttribute('tabindex');
}

function draw() {
  const value = props.value;
  if (!value) return;
  if (value.rev !== shown) {
    shown = value.rev;
    const at = document.activeElement?.closest('th')?.dataset.key;
    const heads = make('tr', {}, make('td', {}), ...value.heads.map(head));
    const rows = value.rows.map(row => line(value, row));
    root.replaceChildren(make('table', {}, make('caption', {}, make('span', {class: 'dm-subject'}, value.caption)), make('thead', {}, heads),
      make('tbody', {}, ...rows)), ...(rows.length ? [] : [make('p', {class: 'dm-empty'}, value.empty)]));
    root.setAttribute('aria-label', value.caption || TEXTS.table);

    if (at) root.querySelector(`th[data-key="${at}"] button`)?.focus();
    scrolls();
  }
  mark(value.selected);
}

walkable(root);
new ResizeObserver(scrolls).observe(root);
watch('value', draw);
draw();
