// One film in the full screen with what lies on it. `place` {zoom, x, y} says how much larger than fitted it
// is and which share of it, across and down, is in the middle: panes that are linked hold the same one.
const LARGEST = 8;  // pixels of the screen for one of the film, at most, unless fitted it is larger

function paneOf(seen, {moved, windowed}) {
  const canvas = make('canvas', {class: 'dm-film'}), layer = make('div', {class: 'dm-part-of'});
  const about = make('div', {class: 'dm-corner dm-about'});
  const [side, shown, under] = ['side', 'shown', 'under'].map(() => make('span'));
  const corners = [about, ...Object.entries({side, shown, under}).map(([name, text]) => make('div', {class: `dm-corner dm-${name}`}, text))];
  const node = make('div', {class: 'dm-pane', tabindex: 0, role: 'group'}, canvas, layer, ...corners);
  const edges = Object.fromEntries(['left', 'right', 'top', 'bottom'].map(name => [name, make('b', {class: `dm-edge dm-edge-${name}`})]));
  node.append(...Object.values(edges));
  const heat = heatCanvas(), rule = ruler(layer), mark = marker(layer), painter = painterOn(canvas);
  let film = null, levels = null, pane = null, window = null, place = null, turn = 0, waits = false, read = false;
  heat.canvas.hidden = true;

  const fit = () => Math.min(node.clientWidth / film.width, node.clientHeight / film.height);
  const scaleNow = () => fit() * place.zoom;
  const most = () => Math.max(4, LARGEST / fit());

  // What lies on the film keeps its place by shares of it, and the width of its lines.
  function show() {
    waits = false;
    if (!film || !place || !node.clientWidth) return;
    const scale = scaleNow(), dots = devicePixelRatio || 1;
    const wide = film.width * scale, high = film.height * scale;
    const left = node.clientWidth / 2 - place.x * wide, top = node.clientHeight / 2 - place.y * high;
    Object.assign(layer.style, {left: `${left}px`, top: `${top}px`, width: `${wide}px`, height: `${high}px`});
    for (const [name, size] of [['width', node.clientWidth], ['height', node.clientHeight]]) {
      const length = Math.round(size * dots);
      if (canvas[name] !== length) canvas[name] = length;
    }
    painter.paint({left: left * dots, top: top * dots, scale: scale * dots});
    node.dataset.zoom = (scale * dots).toFixed(3);
    caption();
  }

  function soon() {
    if (!waits) requestAnimationFrame(show);
    waits = true;
  }

  function caption() {
    const share = scaleNow() * (devicePixelRatio || 1);
    const size = say(TEXTS.ofSource, {share: `${Math.round(100 * share)} %`});
    shown.textContent = [levels && windowText(film, window, seen.inverted), size].filter(Boolean).join(' · ');
  }

  function load(next) {
    const same = film && ['id', 'slope', 'intercept', 'range'].every(name => String(film[name]) === String(next[name]));
    film = next;
    node.setAttribute('aria-label', say(TEXTS.filmKeys, {film: film.title}));
    about.replaceChildren(make('strong', {}, film.title), ...[film.generated && TEXTS.generated, film.from]
      .filter(Boolean).map(text => make('span', {}, text)));
    side.replaceChildren(film.side, ...film.turned.map(text => make('em', {}, `⚠ ${text}`)));
    overlays(layer, film, heat);
    for (const [name, node] of Object.entries(edges)) node.textContent = film.edges[name] ?? '';
    rule.of(film);
    mark.of(film);
    if (!same) { window = null; read = false; }
    fetched(film);
  }

  // The picture that the page has is shown until the numbers of the film are there.
  async function fetched(next) {
    const own = turn += 1;
    const reading = next.numbers ? numbersOf(next) : numbersOfPicture(next.picture.url);
    node.classList.toggle('dm-loading', true);
    const [numbers, broken] = await reading.then(all => [all, ''], error => [null, String(error.message ?? error)]);
    if (own !== turn || next !== film) return;
    node.classList.toggle('dm-loading', false);
    levels = numbers;
    read = true;
    canvas.hidden = !levels;
    layer.style.backgroundImage = levels ? '' : `url("${next.picture.url}")`;
    if (broken) under.textContent = say(TEXTS.noFilm, {error: broken});
    if (levels) {
      painter.load(levels);
      if (!window) window = {...film.windows[0]};
      tabled();
    }
    soon();
    windowed();
  }

  async function tabled() {
    if (!levels || !window) return;
    if (window.table && !window.greys) window.greys = new Uint8Array(await inflated(window.table.url));
    painter.table(greysOf(film, window, seen.inverted));
    soon();
  }

  function setWindow(next) {
    window = next;
    tabled();
  }

  // A drag from a table of the file begins with the range of all values.
  function drag(right, down) {
    setWindow(dragged(window.greys ? film.windows.find(each => each.all) : window, film.range, right, down));
  }

  // The spot of the film under (x, y), pixels from the pane's corner, as shares of it.
  function spot(x, y) {
    const scale = scaleNow();
    return [place.x + (x - node.clientWidth / 2) / (film.width * scale), place.y + (y - node.clientHeight / 2) / (film.height * scale)];
  }

  function zoomTo(zoom, x = node.clientWidth / 2, y = node.clientHeight / 2) {
    const before = spot(x, y);
    place.zoom = Math.min(most(), Math.max(Math.min(1, 1 / fit()), zoom));
    const after = spot(x, y);
    moveTo(place.x + before[0] - after[0], place.y + before[1] - after[1]);
  }

  function moveTo(x, y) {
    Object.assign(place, {x: Math.min(1, Math.max(0, x)), y: Math.min(1, Math.max(0, y))});
    if (place.zoom <= 1) Object.assign(place, {x: .5, y: .5});
    moved();
  }

  function moveBy(x, y) {
    const scale = scaleNow();
    moveTo(place.x - x / (film.width * scale), place.y - y / (film.height * scale));
  }

  function tell(x, y) {
    const [across, down] = spot(x, y), col = Math.floor(across * film.width), row = Math.floor(down * film.height);
    if (!levels || Math.min(col, row) < 0 || col >= film.width || row >= film.height) { under.textContent = ''; return; }
    const value = film.slope * levels[0].words[row * film.width + col] + film.intercept;
    under.textContent = say(TEXTS.valueAt, {row, col, value: `${Number(value.toPrecision(6))} ${film.unit}`.trim()});
  }

  pane = {node, load, soon, drag, setWindow, zoomTo, moveBy, spot, tell, tabled, rule, mark, heat,
    link: to => { place = to; soon(); }, close: () => { turn += 1; painter.close(); },
    toSource: () => zoomTo(1 / (fit() * (devicePixelRatio || 1))), get zoom() { return place.zoom; },
    get place() { return place; }, get film() { return film; }, get window() { return window; },
    get isGrey() { return Boolean(levels); }, get isRead() { return read; }};
  new ResizeObserver(soon).observe(node);
  return pane;
}

function windowText(film, window, inverted) {
  if (!window) return '';
  const round = number => Number(number.toPrecision(4));
  const text = window.greys || window.table ? window.name
    : say(TEXTS.windowIs, {centre: round(window.centre), width: round(window.width), unit: film.unit}).trim();
  return inverted ? `${text} (${TEXTS.inverted})` : text;
}

// Boxes, the patch's window, the heat map and the letters of the sides, in shares of the film. `film.part` is what
// was mined of it.
function overlays(layer, film, heat) {
  const shares = ({row, col, height, width}) => ({left: `${100 * col / film.mined.width}%`, top: `${100 * row / film.mined.height}%`,
    width: `${100 * width / film.mined.width}%`, height: `${100 * height / film.mined.height}%`});
  const part = make('div', {class: 'dm-part'}, heat.canvas);
  const {left, top, width, height} = film.part;
  Object.assign(part.style, {left: `${100 * left}%`, top: `${100 * top}%`, width: `${100 * width}%`, height: `${100 * height}%`});
  for (const box of film.boxes) {
    const high = box.row < film.mined.height / 8;  // its name then stands below, not under the film's
    const node = make('span', {class: high ? 'dm-drawn dm-high' : 'dm-drawn'}, make('em', {}, box.name));
    Object.assign(node.style, shares(box));
    part.append(node);
  }
  if (film.window) {
    const node = make('span', {class: 'dm-box'});
    Object.assign(node.style, shares(film.window));
    part.append(node);
  }
  layer.querySelectorAll('.dm-part').forEach(each => each.remove());
  layer.prepend(part);
}
