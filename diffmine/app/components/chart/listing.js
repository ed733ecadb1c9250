// Very many names as a list that is scrolled and searched, each a button with its values on one scale.
// `list` is what listing.py makes; `press(at)` is called with the place of a name.
function listed(list, title, press) {
  const place = value => `${100 * (value - list.least) / (list.most - list.least)}%`;
  const known = value => value !== null && value !== undefined;
  const dot = (one, at) => {
    if (!known(one.values[at])) return [];
    const mark = make('i', {class: 'dm-list-dot'});
    mark.style.left = place(one.values[at]);
    mark.style.background = one.colour;
    if (!known(one.low[at]) || !known(one.high[at])) return [mark];
    const bar = make('i', {class: 'dm-list-bar'});
    Object.assign(bar.style, {left: place(one.low[at]), background: one.colour,
      width: `${100 * (one.high[at] - one.low[at]) / (list.most - list.least)}%`});
    return [bar, mark];
  };
  const row = at => make('button', {type: 'button', tabindex: -1, title: list.names[at], onclick: () => press(at),
    class: list.names[at] === list.marked ? 'dm-list-row dm-list-marked' : 'dm-list-row',
    'aria-label': `${list.names[at]}: ${list.notes[at]}`},
    make('span', {class: 'dm-list-name'}, list.names[at]),
    make('span', {class: 'dm-list-track'}, ...list.series.flatMap(one => dot(one, at))),
    make('span', {class: 'dm-list-note'}, list.notes[at]));
  const rows = list.order.map(row), names = list.order.map(at => list.names[at].toLowerCase());
  const field = make('input', {type: 'search', 'aria-label': say(TEXTS.findLabel, {count: rows.length}),
    placeholder: say(TEXTS.findLabel, {count: rows.length.toLocaleString('en')})});
  const reach = () => rows.filter(each => !each.hidden).forEach((each, at) => { each.tabIndex = at ? -1 : 0; });
  field.addEventListener('input', () => {
    const text = field.value.trim().toLowerCase();
    rows.forEach((each, at) => { each.hidden = !names[at].includes(text); });
    reach();
  });
  reach();
  const scale = make('span', {class: 'dm-list-track'}, ...list.ticks.map(({at, text}) => {
    const tick = make('span', {class: 'dm-list-tick'}, text);
    tick.style.left = place(at);
    return tick;
  }));
  const legend = list.series.length < 2 ? [] : [make('p', {class: 'dm-list-legend'}, ...list.series.map(one => {
    const swatch = make('i', {class: 'dm-list-swatch'});
    swatch.style.background = one.colour;
    return make('span', {title: one.name}, swatch, one.name);
  }))];
  const box = make('div', {class: 'dm-list-rows', role: 'group', 'aria-label': title}, ...rows);
  box.addEventListener('keydown', event => {
    const seen = rows.filter(each => !each.hidden), here = seen.indexOf(document.activeElement);
    const next = seen[here + ({ArrowDown: 1, ArrowUp: -1}[event.key] ?? NaN)];
    if (here < 0 || !next) return;
    event.preventDefault();
    next.focus();
  });
  return [field, ...legend, make('div', {class: 'dm-list-head', 'aria-hidden': true}, make('span'), scale, make('span')), box];
}
