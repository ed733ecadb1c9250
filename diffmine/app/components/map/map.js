// The map. Value: {rev, n, points, codes, coded, groups, colours, span, scope, landmarks, focus, lib}.
// Events: point {point}, outline {outline}, cleared {}. Server: crops({scope..., points}).
const root = find('.dm-map'), box = find('.dm-map-plot'), layer = find('.dm-map-layer');
const tip = find('.dm-map-tip'), legend = find('.dm-map-legend'), note = find('.dm-map-note');
const thumbs = find('.dm-map-thumbs input');
const THUMB = 44, MOST_THUMBS = 140, BATCH = 64, FETCHED_AHEAD = 1500;
let drawn = null, P = null, x = null, y = null, codes = null, crops = new Map(), waiting = new Set();
let heard = false, isolated = null, hovered = -1, asked = 0;
const big = () => props.value.n > MANY, many = manyPoints(box);

async function bytes(file) {
  const answer = await fetch(file.url);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.arrayBuffer();
}

function layout() {
  const ink = isDark() ? '#ddd' : '#333';
  return {margin: {l: 0, r: 0, t: 0, b: 0}, uirevision: props.value.place, showlegend: false,
    hovermode: 'closest', paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
    // A lasso visits every point on every move; with very many, an outline by button does not.
    dragmode: big() ? 'pan' : 'lasso', hoverdistance: 12,
    newshape: {line: {color: ink, width: 1.5}, fillcolor: 'rgba(128,128,128,.12)'},
    modebar: {bgcolor: 'rgba(0,0,0,0)', color: ink, activecolor: '#0072b2'},
    newselection: {line: {color: ink, width: 1.5}},
    xaxis: {visible: false}, yaxis: {visible: false, scaleanchor: 'x'}};
}

// With very many points Plotly has the corners of the plane alone.
function corners([[west, east], [low, high]]) {
  return {type: 'scatter', mode: 'markers', hoverinfo: 'skip', x: [west, east], y: [low, high],
    marker: {opacity: 0}};
}

function trace() {
  const value = props.value;
  if (big()) return corners(many.show({x, y, codes, colours: coloursOf(value), grouped: !!value.groups}));
  many.hide();
  const last = Math.max(coloursOf(value).length - 1, 1);
  const colorscale = coloursOf(value).length > 1 ? coloursOf(value).map((each, at) => [at / last, each])
    : [[0, coloursOf(value)[0]], [1, coloursOf(value)[0]]];
  const gl = document.createElement('canvas').getContext('webgl');
  return {type: gl ? 'scattergl' : 'scatter', mode: 'markers', hoverinfo: 'none', x, y,
    marker: {size: sideOf(value.n), color: codes, colorscale,
      cmin: 0, cmax: value.groups ? last : 255, opacity: .8},
    selected: {marker: {opacity: 1}}, unselected: {marker: {opacity: .1}}};
}

async function draw() {
  const value = props.value;
  if (!value || !value.points) return;
  if (value.rev === drawn) { focus(); return; }
  const moved = !x || draw.place !== value.place;
  drawn = value.rev;
  try {
    const [xy, coded, lib] = await Promise.all(
      [bytes(value.points), bytes(value.codes), plotly(value.lib.url)]);
    if (value.rev !== drawn) return;             // a newer value came meanwhile
    P = lib;
    x = new Float32Array(xy, 0, value.n);
    y = new Float32Array(xy, 4 * value.n, value.n);
    codes = new Uint8Array(coded);
    if (moved) { crops = new Map(); waiting = new Set(); draw.place = value.place; }
    isolated = null;
    note.textContent = value.n ? '' : TEXTS.emptyMap;
    await P.react(box, [trace()], layout(), {...PLAIN, scrollZoom: true,
      modeBarButtonsToRemove: ['toImage', 'select2d', 'autoScale2d', ...(big() ? ['lasso2d'] : [])],
      modeBarButtonsToAdd: big() ? ['drawclosedpath', 'eraseshape'] : []});
    box.setAttribute('aria-label', say(TEXTS.mapOf, {count: value.n}));
    if (!heard) listen();
    showLegend();
    focus();
    place();
    root.dataset.drawn = value.rev;
    if (value.n <= FETCHED_AHEAD) ahead();
  } catch (error) {
    drawn = null;
    note.textContent = say(TEXTS.noMap, {error: error.message || error});
  }
}

// Legend: a press isolates a group, the rest is dimmed, never hidden.
function showLegend() {
  const value = props.value;
  if (!value.groups) {
    const ramp = make('span', {class: 'dm-map-ramp'});
    ramp.style.background = `linear-gradient(90deg, ${coloursOf(value).join(',')})`;
    legend.replaceChildren(make('span', {}, value.span[0]), ramp, make('span', {}, value.span[1]));
    return;
  }
  legend.replaceChildren(...value.groups.map((group, at) => {
    const swatch = make('span', {class: 'dm-swatch'});
    swatch.style.background = coloursOf(value)[at];
    return make('button', {type: 'button', 'aria-pressed': 'false', title: group.name, onclick: () => isolate(at)},
      swatch, make('span', {}, group.name), make('span', {class: 'dm-count'}, String(group.count)));
  }));
}

function isolate(at) {
  isolated = isolated === at ? null : at;
  [...legend.children].forEach((each, i) => each.setAttribute('aria-pressed', String(i === isolated)));
  const chosen = [];
  if (isolated !== null) codes.forEach((code, i) => { if (code === isolated) chosen.push(i); });
  dim(isolated === null ? null : chosen);
}

const dim = chosen => big() ? many.chosen(chosen) : P.restyle(box, {selectedpoints: [chosen]});
function focus() {
  if (P && box.data && isolated === null) dim(props.value.focus?.length ? props.value.focus : null);
}

// Crops: from the server in batches, kept here by point.
async function fetchCrops(points) {
  const wanted = points.filter(each => !crops.has(each) && !waiting.has(each)).slice(0, BATCH);
  if (!wanted.length) return;
  const place = draw.place;
  wanted.forEach(each => waiting.add(each));
  try {
    const sheet = await server.crops({...props.value.scope, points: wanted});
    if (place !== draw.place || !sheet) return;
    wanted.forEach((each, at) => crops.set(each, {sheet, at, text: sheet.texts[at]}));
  } finally {
    wanted.forEach(each => waiting.delete(each));
  }
}

async function ahead() {
  const place = draw.place;
  for (let at = 0; at < props.value.n && place === draw.place && element.isConnected; at += BATCH) {
    await fetchCrops(Array.from({length: Math.min(BATCH, props.value.n - at)}, (_, i) => at + i));
  }
  place === draw.place && window.requestAnimationFrame(place_);
}
const place_ = () => place();

async function hover(at, event) {
  hovered = at;
  tip.hidden = false;
  moveTip(event);
  if (!crops.has(at)) { tip.replaceChildren('…'); await fetchCrops([at]); }
  const found = crops.get(at);
  if (hovered !== at || !found) return;
  const picture = make('span', {class: 'dm-tile'});
  showTile(picture, found.sheet, found.at);
  if (found.sheet.made[found.at]) picture.append(make('span', {class: 'dm-made'}, TEXTS.generated));
  tip.replaceChildren(picture, make('span', {}, found.text));
}

function moveTip(event) {
  const area = box.getBoundingClientRect();
  const left = event.clientX - area.left, top = event.clientY - area.top;
  tip.style.left = `${Math.min(left + 14, area.width - 150)}px`;
  tip.style.top = `${Math.max(top - 120, 4)}px`;
}

// Thumbnails over the points: landmarks first, then what is in view and known, none over another.
function seen() {
  const {xaxis, yaxis} = box._fullLayout, found = [];
  for (let at = 0; at < x.length; at++) {
    const left = xaxis.l2p(x[at]), top = yaxis.l2p(y[at]);
    if (left >= 0 && top >= 0 && left <= xaxis._length && top <= yaxis._length) found.push(at);
  }
  return found;
}

function place() {
  if (!P || !box._fullLayout || !x) return;
  const value = props.value, {xaxis, yaxis} = box._fullLayout, taken = [], nodes = [];
  const put = (at, sheet, tile, made) => {
    const left = xaxis.l2p(x[at]), top = yaxis.l2p(y[at]);
    if (left < 0 || top < 0 || left > xaxis._length || top > yaxis._length) return;
    if (taken.some(each => Math.abs(each[0] - left) < THUMB + 6 && Math.abs(each[1] - top) < THUMB + 6)) return;
    taken.push([left, top]);
    const node = make('span', {class: 'dm-tile dm-map-thumb'});
    showTile(node, sheet, tile);
    if (made) node.append(make('span', {class: 'dm-made', title: TEXTS.generated}, TEXTS.generated));
    node.style.transform = `translate(${left + xaxis._offset - THUMB / 2}px, ${top + yaxis._offset - THUMB / 2}px)`;
    if (value.groups) node.style.borderColor = coloursOf(value)[codes[at]];
    nodes.push(node);
  };
  if (thumbs.checked && value.landmarks) {
    value.landmarks.points.forEach((at, tile) => put(at, value.landmarks.sheet, tile, value.landmarks.made[tile]));
    const near = value.n < 20000 ? seen() : [];
    if (near.length <= 300) {
      for (const at of near) {
        if (nodes.length >= MOST_THUMBS) break;
        const found = crops.get(at);
        if (found && !found.sheet.bare[found.at]) put(at, found.sheet, found.at, found.sheet.made[found.at]);
      }
      if (near.some(at => !crops.has(at) && !waiting.has(at))) {
        const turn = ++asked;
        fetchCrops(near).then(() => turn === asked && place(), () => {});
      }
    }
  }
  layer.replaceChildren(...nodes);
}

function moved() {
  many.paint();
  place();
}

// Of points that Plotly does not know: what lies under the pointer, and a press that is no drag.
function hearMany() {
  let pressed = null;
  const far = event => !pressed || Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) > 4;
  const leave = () => { hovered = -1; tip.hidden = true; };
  const found = event => big() && !event.target.closest('.modebar') ? many.at(event) : -1;
  box.addEventListener('mousemove', event => {
    if (!big() || event.buttons) return;
    const at = found(event);
    if (at < 0) leave(); else if (at === hovered) moveTip(event); else hover(at, event);
  });
  box.addEventListener('mouseleave', () => big() && leave());
  box.addEventListener('mousedown', event => { pressed = [event.clientX, event.clientY]; }, true);
  box.addEventListener('click', event => {
    const at = far(event) ? -1 : found(event);
    if (at >= 0) tell('point', {point: at});
  }, true);
}

function listen() {
  heard = true;
  const send = corners => tell('outline', {outline: corners.slice(0, 2000)});
  box.on('plotly_click', event => tell('point', {point: event.points[0].pointNumber}));
  box.on('plotly_hover', event => hover(event.points[0].pointNumber, event.event));
  box.on('plotly_unhover', () => { hovered = -1; tip.hidden = true; });
  box.on('plotly_selected', event => {
    if (event?.lassoPoints) send(event.lassoPoints.x.map((each, at) => [each, event.lassoPoints.y[at]]));
  });
  box.on('plotly_deselect', () => tell('cleared', {}));
  hearMany();
  box.on('plotly_relayouting', moved);
  box.on('plotly_relayout', event => {
    moved();
    const shapes = event.shapes;
    if (!shapes?.length || !shapes.at(-1).path) return;
    send([...shapes.at(-1).path.matchAll(/[ML]([^,]+),([^MLZ]+)/g)].map(each => [+each[1], +each[2]]));
    if (shapes.length > 1) P.relayout(box, {shapes: [shapes.at(-1)]});
  });
  // Plotly hears of a window that changes, not of a wall that comes beside the map.
  new ResizeObserver(() => window.requestAnimationFrame(() => {
    const fits = Math.abs((box._fullLayout?.width ?? 0) - box.clientWidth) < 2;
    if (box.clientWidth && !fits) P.Plots.resize(box).then(moved); else moved();
  })).observe(box);
  new MutationObserver(() => P.relayout(box, layout())).observe(document.body, {attributeFilter: ['class']});
}

thumbs.addEventListener('change', place);
watch('value', draw);
draw();
