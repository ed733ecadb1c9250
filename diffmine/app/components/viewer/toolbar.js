// The tools beside the films: what a drag does, window and level, zoom, what lies on the film, what stands beside it.
function toolbar(seen, {preset, number, changed, fit, toSource, by, beside, out, pick, close, settings}) {
  const group = `dm-tool-${Math.random().toString(36).slice(2)}`;
  const tools = [['window', TEXTS.toolWindow], ['move', TEXTS.toolMove], ['measure', TEXTS.toolMeasure], ['box', TEXTS.toolBox]];
  const radios = Object.fromEntries(tools.map(([name]) => [name, make('input', {type: 'radio', name: group, value: name,
    onchange: () => tool(name)})]));
  const checks = Object.fromEntries(['inverted', 'boxes', 'patch', 'linked'].map(name => [name,
    make('input', {type: 'checkbox', onchange: () => { seen[name] = checks[name].checked; changed(); }})]));
  const windows = make('select', {'aria-label': TEXTS.windows, onchange: () => preset(windows.value)});
  const fields = Object.fromEntries([['centre', TEXTS.level], ['width', TEXTS.width]].map(([name, text]) => [name,
    make('input', {type: 'number', step: 'any', 'aria-label': text, onchange: event => number(name, event.target.valueAsNumber)})]));
  const others = make('select', {'aria-label': TEXTS.compareWith, onchange: () => beside(others.value)});
  const boxes = make('span'), notes = make('div', {class: 'dm-notes'});
  const told = make('p', {class: 'dm-told', role: 'status'});
  const check = (name, text) => make('label', {class: 'dm-check'}, checks[name], text);
  const button = (text, does, name) => make('button', {type: 'button', class: 'dm-chip', onclick: does, 'aria-label': name}, text);
  const grey = make('fieldset', {class: 'dm-grey-only'}, make('legend', {}, TEXTS.windows), windows,
    make('div', {class: 'dm-two'}, make('label', {}, TEXTS.level, fields.centre), make('label', {}, TEXTS.width, fields.width)),
    check('inverted', TEXTS.invert));
  const has = {boxes: check('boxes', boxes), patch: check('patch', TEXTS.patchWindow), linked: check('linked', TEXTS.linked),
    beside: make('fieldset', {}, make('legend', {}, TEXTS.compareWith), others), out: button(TEXTS.results, () => handOut())};
  has.beside.append(has.linked);
  const like = make('div', {class: 'dm-wall'}), likeLine = make('p', {class: 'dm-told', role: 'status'});
  const heat = make('div', {}, ...settings.nodes);
  has.onFilm = make('fieldset', {}, make('legend', {}, TEXTS.onFilm), heat, has.boxes, has.patch);
  const nodes = [button(TEXTS.closeFilm, close), make('div', {class: 'dm-tool-row', role: 'radiogroup', 'aria-label': TEXTS.tool},
    ...tools.map(([name, text]) => make('label', {class: 'dm-check'}, radios[name], text))), likeLine, like,
    make('div', {class: 'dm-tool-row'}, button('−', () => by(1 / 1.5), TEXTS.zoomOut), button('+', () => by(1.5), TEXTS.zoomIn),
      button(TEXTS.fit, fit), button('1:1', toSource, TEXTS.oneToOne)),
    grey, has.onFilm, has.beside, has.out, told, notes];
  let shown = '', found = '';
  walkable(like);

  function tool(name) {
    seen.tool = name;
    radios[name].checked = true;
  }

  // The patches most like the box; while they are searched those of before would mislead.
  function searching(text) {
    likeLine.textContent = text;
    like.replaceChildren();
    found = '';
  }

  function alike({line, wall}) {
    if (found === wall.rev) return;
    found = wall.rev;
    likeLine.textContent = line;
    const buttons = wall.items.map((item, at) => tileButton(wall.sheet, item, at, () => pick(item.id)));
    buttons.forEach((each, at) => { each.tabIndex = at ? -1 : 0; });
    like.style.setProperty('--dm-size', `${wall.size}px`);
    like.replaceChildren(...buttons);
  }

  function handOut() {
    has.out.disabled = true;
    told.textContent = TEXTS.beingMade;
    out();
  }

  function toggle(name) {
    seen[name] = !seen[name];
    changed();
  }

  function options(select, entries, chosen) {
    const text = JSON.stringify(entries);
    if (select.dataset.of !== text) select.replaceChildren(...entries.map(([value, words]) => make('option', {value}, words)));
    select.dataset.of = text;
    select.value = chosen;
  }

  // How things stand with the film that was touched last; `value` is there when the films may be others.
  function show(pane, value) {
    const {film, window, isGrey} = pane;
    if (pane.isRead && (!seen.tool || (seen.tool === 'window' && !isGrey))) tool(isGrey ? 'window' : 'move');
    radios.window.disabled = grey.disabled = !isGrey;
    radios.box.disabled = film.generated;
    grey.hidden = pane.isRead && !isGrey;
    for (const name of ['inverted', 'boxes', 'patch', 'linked']) checks[name].checked = seen[name];
    if (window) {
      const known = film.windows.some(each => each.name === window.name);
      const own = known ? [] : [['', TEXTS.ownWindow]];
      options(windows, [...own, ...film.windows.map(each => [each.name, each.name])], known ? window.name : '');
      for (const [name, field] of Object.entries(fields))
        if (document.activeElement !== field) field.value = window.centre === undefined ? '' : Number(window[name].toPrecision(4));
    }
    if (!value) return;
    radios.box.parentElement.hidden = !value.examples;
    if (value.like) alike(value.like);
    const films = value.films ?? [value.film], [first] = films;
    heat.hidden = !value.heat;
    has.boxes.hidden = !films.some(each => each.boxes.length);
    boxes.textContent = first.boxesAre.slice(0, 1).toUpperCase() + first.boxesAre.slice(1);
    has.patch.hidden = !first.window;
    has.onFilm.hidden = [heat, has.boxes, has.patch].every(each => each.hidden);
    has.beside.hidden = !first.others.length;
    has.linked.hidden = films.length < 2;
    has.out.hidden = !value.results;
    if (value.told) {
      has.out.disabled = false;
      told.textContent = value.told;
    }
    options(others, [['', TEXTS.nothingBeside], ...first.others.map(each => [each.id, each.title])], films[1]?.id ?? '');
    const text = films.flatMap(each => each.notes);
    if (shown !== text.join()) notes.replaceChildren(...[...new Set(text)].map(each => make('p', {}, each)));
    shown = text.join();
  }

  return {nodes, tool, toggle, show, searching};
}
