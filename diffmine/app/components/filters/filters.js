// What the walls show. Value: {rev, groups, sources, years: [first, last] or [], span: [low, high],
// current: {min, max, since, until, group, source, clear}, said, wrong}. Event: filter {fields}.
const root = find('.dm-filters'), folded = find('details'), clear = find('.dm-clear');
let shown = null, chosen = {group: [], source: []};

const field = name => root.querySelector(`[name="${name}"]`);

function send() {
  const fields = {clear: field('clear').checked, ...chosen};
  for (const name of ['min', 'max', 'since', 'until']) fields[name] = field(name)?.value ?? '';
  tell('filter', {fields});
}

function box(name, said) {
  return make('input', {type: 'text', name, 'aria-label': said, maxlength: 24, size: 8, autocomplete: 'off',
    inputmode: 'text', onchange: send});
}

function pair(title, low, high) {
  return make('fieldset', {}, make('legend', {}, title), box(low, say(TEXTS.rangeFrom, {name: title})),
    TEXTS.to, box(high, say(TEXTS.rangeTo, {name: title})));
}

function chip(name, text) {
  const remove = () => { chosen[name] = chosen[name].filter(each => each !== text); send(); };
  const said = say(TEXTS.leaveOut, {name: text});
  return make('button', {type: 'button', class: 'dm-chip', 'aria-label': said, title: said,
    onclick: remove}, text, make('span', {'aria-hidden': 'true'}, ' ×'));
}

// One name is typed or picked at a time; those chosen stand before the field.
function several(title, name, said, names) {
  const list = `dm-${name}-${Math.random().toString(36).slice(2)}`;
  const input = make('input', {type: 'text', list, 'aria-label': said, autocomplete: 'off', size: 14,
    placeholder: names.length > 1 ? say(TEXTS.anyOf, {count: names.length.toLocaleString('en')}) : ''});
  const add = () => {
    const text = input.value;
    input.value = '';
    if (!text || chosen[name].includes(text)) return;
    chosen[name] = [...chosen[name], text];
    send();
  };
  input.addEventListener('change', add);
  input.addEventListener('input', event => { if (!event.inputType && names.includes(input.value)) add(); });
  return make('fieldset', {}, make('legend', {}, title), make('span', {class: 'dm-chips', 'data-of': name}), input,
    make('datalist', {id: list}, ...names.map(text => make('option', {value: text}))));
}

function build(value) {
  const parts = [pair(TEXTS.typicality, 'min', 'max')];
  if (value.years.length) parts.push(pair(TEXTS.year, 'since', 'until'));
  if (value.groups.length) parts.push(several(TEXTS.group, 'group', TEXTS.addGroup, value.groups));
  if (value.sources.length) parts.push(several(TEXTS.source, 'source', TEXTS.addSource, value.sources));
  const noise = make('input', {type: 'checkbox', name: 'clear', onchange: send});
  parts.push(make('label', {class: 'dm-check'}, noise, TEXTS.leaveOutNoise));
  find('.dm-form').replaceChildren(...parts);
}

function fill(value) {
  const {current} = value;
  const hints = {min: value.span[0], max: value.span[1], since: value.years[0], until: value.years[1]};
  for (const name of ['min', 'max', 'since', 'until']) {
    const input = field(name);
    if (!input) continue;
    if (!value.wrong) input.value = current[name];  // else what was typed stays, to be mended
    input.placeholder = hints[name] ?? '';
  }
  field('clear').checked = current.clear;
  chosen = {group: current.group, source: current.source};
  for (const place of root.querySelectorAll('.dm-chips'))
    place.replaceChildren(...chosen[place.dataset.of].map(text => chip(place.dataset.of, text)));
  find('.dm-wrong').textContent = value.wrong || '';
  find('.dm-said').textContent = value.said;
  clear.hidden = !value.said;
}

function draw() {
  const value = props.value;
  if (!value) return;
  root.hidden = Boolean(value.hidden);
  if (value.rev !== shown) { shown = value.rev; build(value); }
  fill(value);
}

clear.addEventListener('click', () => {
  tell('filter', {fields: {}});
  folded.querySelector('summary').focus();
});
watch('value', draw);
draw();
