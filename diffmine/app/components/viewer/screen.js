// The full screen of a viewer: one film, or two beside each other that move, zoom and are windowed together.
// `ask` {beside} asks for the numbers of the film and for another one; until they are there, and where there
// are none, the picture that the page has is shown.
function screenOf(dialog, chosen, {score, ask, out, example, pick}) {
  const seen = {tool: '', inverted: false, boxes: true, patch: true, linked: true};
  let panes = [], now = null, active = null, settings = null, bar = null, back = null;
  const stage = make('div', {class: 'dm-stage'}), side = make('div', {class: 'dm-tools'});

  const others = pane => (seen.linked ? panes : [pane]);
  const films = () => now.films ?? [now.film];

  function open(value) {
    back = document.activeElement;
    dialog.replaceChildren(stage, side);
    dialog.showModal();
    begin(value);
  }

  // Of another patch all is made anew; what is chosen stays but for the tool.
  function begin(value) {
    while (panes.length) remove();
    Object.assign(seen, {tool: '', inverted: false});
    now = value;
    settings = heatSettings(value, chosen, {changed, score});
    bar = toolbar(seen, {preset, number, changed, fit, toSource, by, beside, out, pick: picked, close: () => dialog.close(), settings});
    side.replaceChildren(...bar.nodes);
    update(value);
    panes[0].node.focus({preventScroll: true});
    ask({beside: ''});
  }

  function close() {
    while (panes.length) remove();
    active = null;
    dialog.replaceChildren();
    if (back?.isConnected) back.focus({preventScroll: true});
  }

  // What the server says now: another map, the numbers of a film, one beside it; or all of another patch.
  function update(value) {
    const before = now;
    const like = value.like ?? before.like;  // stays to be walked through while other patches are looked at
    if (value.patch !== before.patch) { begin({...value, like}); return; }
    now = {...value, like, films: value.films ?? before.films};
    while (panes.length < films().length) add();
    while (panes.length > films().length) remove();
    active = panes.includes(active) ? active : panes[0];
    panes.forEach((pane, at) => { if (known(pane.film) !== known(films()[at])) pane.load(films()[at]); });
    link();
    settings.tell(now);
    changed();
    if (before.score !== now.score && films().length > 1) ask({beside: films()[1].id});
  }

  const known = film => JSON.stringify(film);

  function add() {
    const pane = paneOf(seen, {moved: () => panes.forEach(each => each.soon()), windowed: () => bar.show(active)});
    hands(pane, seen, {windowed: drag, touched, boxed});
    panes.push(pane);
    stage.append(pane.node);
  }

  function remove() {
    const pane = panes.pop();
    pane.close();
    pane.node.remove();
  }

  function link() {
    const one = {zoom: 1, x: .5, y: .5};
    panes.forEach(pane => pane.link(seen.linked ? (panes[0].place ?? one) : {...(pane.place ?? one)}));
  }

  function touched(pane) {
    active = pane;
    bar.show(pane);
  }

  function drag(pane, right, down) {
    others(pane).filter(each => each.isGrey).forEach(each => each.drag(right, down));
    bar.show(pane);
  }

  // A box is searched for once it is drawn; on a picture that a model made there is nothing to search.
  function boxed(pane) {
    const box = pane.film.generated ? null : pane.mark.box();
    if (!box || !now.examples) return;
    for (const each of panes) if (each !== pane) each.mark.clear();
    now = {...now, like: undefined};
    bar.searching(TEXTS.searching);
    example({of: pane.film.id, box});
  }

  // What is picked on a visitor's own picture is shown behind it.
  function picked(id) {
    const own = panes[0].film.id === 'own';
    pick(id);
    if (own) dialog.close();
  }

  // By its name: two films need not have the same windows.
  function preset(name) {
    for (const pane of others(active)) {
      const window = pane.film.windows.find(each => each.name === name);
      if (window && pane.isGrey) pane.setWindow({...window});
    }
    bar.show(active);
  }

  function number(name, value) {
    if (!active.window || !Number.isFinite(value) || (name === 'width' && value <= 0)) return;
    const window = active.window.greys ? active.film.windows.find(each => each.all) : active.window;
    active.setWindow({curve: 'LINEAR_EXACT', centre: window.centre, width: window.width, [name]: value});
  }

  // Whatever the tools say of all films.
  function changed() {
    stage.classList.toggle('dm-no-boxes', !seen.boxes);
    stage.classList.toggle('dm-no-patch', !seen.patch);
    if (panes.length > 1 && (panes[0].place === panes[1].place) !== seen.linked) link();
    panes.forEach((pane, at) => {
      drawHeat(pane.heat, chosen, at ? pane.film.heat?.url : now.heat?.url);
      pane.tabled();
      pane.soon();
    });
    settings.show();
    bar.show(active, now);
    chosen.shown();
  }

  const fit = () => active.zoomTo(1);
  const toSource = () => active.toSource();
  const by = factor => active.zoomTo(active.zoom * factor);
  const beside = id => ask({beside: id});

  dialog.addEventListener('close', close);
  dialog.addEventListener('keydown', event => {
    event.stopPropagation();  // the page's own keys are not meant here
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const does = {f: () => dialog.close(), '+': () => by(1.5), '=': () => by(1.5), '-': () => by(1 / 1.5), 0: fit, 1: toSource,
      i: () => bar.toggle('inverted'), b: () => bar.toggle('boxes'), p: () => bar.toggle('patch'),
      h: () => { if (now.heat) { chosen.on = !chosen.on; changed(); } },
      w: () => bar.tool('window'), v: () => bar.tool('move'), m: () => bar.tool('measure'),
      x: () => { if (now.examples && !active.film.generated) bar.tool('box'); }}[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });

  return {open, update, changed: () => { if (dialog.open) changed(); }, get isOpen() { return dialog.open; }};
}
