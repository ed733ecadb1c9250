// A plain table. Value: {rev, caption, heads, rows: [[text]], ids: [id or null], empty}. Event: pick {id}.
const root = find('.dm-table');
let shown = null;

function line(value, row, at) {
  const cells = row.map((text, col) => make(col ? 'td' : 'th', col ? {} : {scope: 'row'}, ...parted(text)));
  const id = value.ids && value.ids[at];
  if (id) {
    const text = cells[0].textContent;
    cells[0].replaceChildren(make('button', {type: 'button', class: 'dm-link',
      onclick: () => tell('pick', {id})}, text));
  }
  return make('tr', {}, ...cells);
}

// A table that is wider than its place is scrolled by the arrow keys too.
function scrolls() {
  if (root.scrollWidth > root.clientWidth) root.tabIndex = 0;
  else root.removeAttribute('tabindex');
}

function draw() {
  const value = props.value;
  if (!value || value.rev === shown) return;
  shown = value.rev;
  if (!value.rows.length) {
    root.replaceChildren(...(value.empty ? [make('p', {class: 'dm-empty'}, value.empty)] : []));
    return;
  }
  const head = make('tr', {}, ...value.heads.map(text => make('th', {scope: 'col'}, text)));
  root.replaceChildren(make('table', {}, make('caption', {}, make('span', {class: 'dm-subject'}, value.caption || '')),
    make('thead', {}, head), make('tbody', {}, ...value.rows.map((row, at) => line(value, row, at)))));
  root.setAttribute('aria-label', value.caption || TEXTS.table);
  scrolls();
}

new ResizeObserver(scrolls).observe(root);
watch('value', draw);
draw();
