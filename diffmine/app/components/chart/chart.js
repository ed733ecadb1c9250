// A Plotly figure. Value: {rev, title, data, layout, lib, alt, empty, files}. Events: point {curve, point};
// file {kind}, to take it away.
const root = find('.dm-chart'), box = find('.dm-chart-plot'), note = find('.dm-chart-note'), list = find('.dm-chart-list');
const title = find('.dm-chart-title'), files = find('.dm-chart-files');
files.append(...['csv', 'svg', 'pdf'].map(kind => make('button', {type: 'button', class: 'dm-chip',
  title: say(TEXTS.chartAs, {kind: kind.toUpperCase()}), onclick: () => tell('file', {kind})}, kind.toUpperCase())));
let drawn = null, P = null, heard = false, at = null;

const OFF = {ticks: 'outside', ticklen: 7, tickcolor: 'rgba(0,0,0,0)'};

function layout(value) {
  const ink = isDark() ? '#d4d4d8' : '#3f3f46', line = isDark() ? '#3f3f46' : '#e4e4e7';
  const axis = {gridcolor: line, zerolinecolor: ink, zerolinewidth: 1, linecolor: line, automargin: true};
  const given = value.layout, room = box.clientWidth;
  family = getComputedStyle(root).fontFamily;
  const axes = ['xaxis', 'yaxis', ...Object.keys(given).filter(name => /^[xy]axis\d+$/.test(name))];
  const side = (given.yaxis?.ticktext ?? given.yaxis?.categoryarray) ? 0.38 * room : 50;  // the names on the left
  const annotations = given.annotations?.map(({span, ...one}) =>
    ({...one, text: span ? telling(fitted(one.text, span * (room - 60) - 10, one.font.size)) : one.text}));
  // Names below an axis stand off it, or the first would lie on the lowest number beside it.
  return {margin: {l: 56, r: 12, t: 10, b: 44}, font: {color: ink, size: 12, family}, hovermode: 'closest',
    paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', showlegend: false, dragmode: false,
    ...given, ...(annotations && {annotations}),
    ...Object.fromEntries(axes.map(name => [name, {...axis, ...(name.startsWith('x') && OFF), ...namedAxis(name, given[name] ?? {}, room, side)}]))};
}

const fits = value => fittedTraces(value.data, box.clientWidth, value.layout.legend?.orientation === 'h');
const texted = value => value.data.some(trace => /text/.test(trace.mode ?? ''));

async function draw() {
  const value = props.value;
  if (!value || value.rev === drawn) return;
  drawn = value.rev;
  at = null;
  box.tabIndex = value.data.length ? 0 : -1;
  root.classList.toggle('dm-none', !value.data.length);
  list.hidden = !value.list;
  list.replaceChildren(...(value.list ? listed(value.list, value.alt.split('. ')[0], point => tell('point', {curve: 0, point})) : []));
  title.textContent = value.title || '';
  files.hidden = !value.files;
  box.style.height = value.layout.height ? `${value.layout.height}px` : '';
  note.textContent = value.data.length || value.list ? '' : value.empty || '';
  if (!value.data.length) return;
  try {
    P = await plotly(value.lib.url);
    if (value.rev !== drawn) return;
    await P.react(box, fits(value), layout(value), {...PLAIN, displayModeBar: false});
    if (texted(value)) uncrowded(P, box, value.data);
    box.setAttribute('aria-label', value.alt);
    if (!heard) listen();
  } catch (error) {
    drawn = null;
    note.textContent = say(TEXTS.noChart, {error: error.message || error});
  }
}

function listen() {
  heard = true;
  box.on('plotly_click', event => {
    const at = event.points[0];
    tell('point', {curve: at.curveNumber, point: at.pointNumber});
  });
  let wide = box.clientWidth;
  new ResizeObserver(() => {
    if (!box.clientWidth || Math.abs(box.clientWidth - wide) < 40) return;
    wide = box.clientWidth;
    if (props.value?.data.length) again();
  }).observe(box);
  new MutationObserver(() => props.value?.data.length && again())
    .observe(document.body, {attributeFilter: ['class']});
}

// The same in another width or other colours.
async function again() {
  const value = props.value;
  await P.react(box, fits(value), layout(value), {...PLAIN, displayModeBar: false});
  if (texted(value)) uncrowded(P, box, value.data);
}

// By the keyboard: arrows go along the points that can be pressed, Enter presses one.
function reach() {
  return props.value.data.flatMap((trace, curve) => trace.hoverinfo === 'skip' || trace.type !== 'scatter' ? []
    : [{curve, points: trace.y.flatMap((y, point) => y === null || trace.x[point] === null ? [] : [point]), trace}]).filter(one => one.points.length);
}

function walk(key) {
  const curves = reach();
  if (!curves.length) return false;
  let row = Math.max(curves.findIndex(one => one.curve === at?.curve), 0);
  if (key === 'ArrowUp' || key === 'ArrowDown') row = (row + (key === 'ArrowUp' ? -1 : 1) + curves.length) % curves.length;
  const {curve, points, trace} = curves[row];
  let place = at ? points.findIndex(point => point >= at.point) : 0;
  if (place < 0) place = points.length - 1;
  if (at && key === 'ArrowRight') place = Math.min(place + 1, points.length - 1);
  if (at && key === 'ArrowLeft') place = Math.max(place - 1, 0);
  at = {curve, point: points[place]};
  P.Fx.hover(box, [{curveNumber: curve, pointNumber: at.point}]);
  const name = trace.customdata?.[at.point] ?? trace.x[at.point], text = [].concat(trace.text ?? '')[at.point] ?? '';
  note.textContent = [trace.name, name, text].filter(each => each !== undefined && each !== '').join(': ');
  return true;
}

box.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || !props.value?.data.length || !P) return;
  if (event.key === 'Enter' && at) tell('point', at);
  else if (!/^Arrow(Left|Right|Up|Down)$/.test(event.key) || !walk(event.key)) return;
  event.preventDefault();
});
box.addEventListener('blur', () => {
  at = null;
  if (props.value?.data.length) { P?.Fx.unhover(box); note.textContent = ''; }
});

watch('value', draw);
draw();
