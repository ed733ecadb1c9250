// A patch in its image. Value: {rev, frame, patch, image, heat, scores: [{score, title}], score, unit, sentence,
// scale, full, width, height, row, col, size, title, alt, facts: [[name, text, link]], drawn}; with size 0 the
// whole image only, with `drawn` the heat map is on at first. Two values of one frame differ in the heat map
// alone. Events: turned, when another patch is shown; score {score}, when another map is asked for.
const root = find('.dm-viewer');
const GROUP = `dm-score-${Math.random().toString(36).slice(2)}`;
let now = null, shown = null, heat = null, zoom = null, begun = false;
// What the reader chose, kept from patch to patch; opacity and threshold are shares from 0 to 1.
const chosen = {on: false, opacity: .7, threshold: 0};
const place = {zoom: 1, x: 0, y: 0};

const scaleOf = value => Number(value.scale ?? value.full) || 1;
const figure = number => String(Number(number.toPrecision(2))).replace('-', '−');

function crop(value) {
  const node = make('div', {class: 'dm-crop', role: 'img', 'aria-label': say(TEXTS.patch, {alt: value.alt})});
  const {width, height, row, col, size} = value;
  node.style.backgroundImage = `url("${value.image.url}")`;
  node.style.backgroundSize = `${100 * width / size}% ${100 * height / size}%`;
  const x = width > size ? 100 * col / (width - size) : 0;
  const y = height > size ? 100 * row / (height - size) : 0;
  node.style.backgroundPosition = `${x}% ${y}%`;
  return node;
}

function whole(value) {
  const {width, height, row, col, size} = value;
  const image = make('img', {src: value.image.url, draggable: 'false', alt: say(TEXTS.wholeImage, {alt: value.alt})});
  const box = size ? make('span', {class: 'dm-box'}) : null;
  if (box) Object.assign(box.style, {left: `${100 * col / width}%`, top: `${100 * row / height}%`,
    width: `${100 * size / width}%`, height: `${100 * size / height}%`});
  const layer = make('div', {class: 'dm-layer'}, image);
  heat = value.heat ? heatCanvas() : null;
  if (heat) layer.append(heat.canvas);
  if (box) layer.append(box);
  const frame = make('div', {class: 'dm-whole', tabindex: 0, role: 'group',
    'aria-label': TEXTS.zoomImage}, layer);
  frame.style.aspectRatio = `${width} / ${height}`;
  zoom = zoomable(frame, layer, place);
  return frame;
}

// The heat map as the reader wants it: asks nobody, but for the map's own picture.
function show() {
  if (!heat) return;
  heat.canvas.hidden = !chosen.on;
  heat.canvas.style.opacity = chosen.opacity;
  heat.threshold(chosen.threshold);
  if (chosen.on) heat.load(now.heat.url);
  const settings = root.querySelector('.dm-settings');
  settings.hidden = !chosen.on;
  settings.querySelector('.dm-ramp').style.backgroundImage = ramp(chosen.threshold);
  settings.querySelector('.dm-least').textContent = figure(chosen.threshold * scaleOf(now));
  settings.querySelector('.dm-opacity').textContent = `${Math.round(100 * chosen.opacity)} %`;
}

// Which map it is: its name, a sentence on it, the numbers of its scale.
function told() {
  if (!heat) return;
  heat.canvas.setAttribute('aria-label', say(TEXTS.heatOf, {score: now.unit, label: now.label}));
  for (const radio of root.querySelectorAll('.dm-scores input')) radio.checked = radio.value === now.score;
  root.querySelector('.dm-sentence').textContent = now.sentence;
  root.querySelector('.dm-unit').textContent = say(TEXTS.sameScale, {score: now.unit});
  const numbers = [-1, -.5, 0, .5, 1].map(at => (at > 0 ? '+' : '') + figure(at * scaleOf(now)));
  root.querySelector('.dm-ticks').replaceChildren(...numbers.map(text => make('span', {}, text)));
}

function onOff() {
  const box = make('input', {type: 'checkbox'});
  box.checked = chosen.on;
  box.addEventListener('change', () => { chosen.on = box.checked; show(); });
  return make('label', {class: 'dm-check'}, box, TEXTS.heatMap);
}

// The maps of the image, one of which is drawn.
function scores(value) {
  if (!value.scores || value.scores.length < 2) return null;
  const radios = value.scores.map(({score, title}) => make('label', {class: 'dm-check'},
    make('input', {type: 'radio', name: GROUP, value: score, onchange: () => tell('score', {score})}), title));
  return make('div', {class: 'dm-scores', role: 'radiogroup', 'aria-label': TEXTS.maps}, ...radios);
}

function slider(name, said) {
  const range = make('input', {type: 'range', min: 0, max: 100, value: 100 * chosen[name], 'aria-label': said});
  range.addEventListener('input', () => { chosen[name] = Number(range.value) / 100; show(); });
  return range;
}

function control(value) {
  const parts = [scores(value), make('p', {class: 'dm-sentence'}), make('div', {class: 'dm-scale'},
    make('span', {class: 'dm-ramp', role: 'img', 'aria-label': TEXTS.colourScale}), make('div', {class: 'dm-ticks'}),
    make('span', {class: 'dm-unit'}))];
  const row = (said, name, out) => make('div', {class: 'dm-slide'}, make('span', {}, said),
    slider(name, say(TEXTS.ofHeatMap, {name: said})), make('output', {class: out}));
  parts.push(row(TEXTS.opacity, 'opacity', 'dm-opacity'), row(TEXTS.threshold, 'threshold', 'dm-least'));
  return [onOff(), make('div', {class: 'dm-settings', hidden: true}, ...parts.filter(Boolean))];
}

function facts(value) {
  const list = make('dl', {class: 'dm-facts'});
  for (const [name, text, link] of value.facts) {
    const inside = link ? make('a', {href: link, target: '_blank', rel: 'noopener noreferrer'}, text) : text;
    list.append(make('dt', {}, name), make('dd', {}, inside));
  }
  return list;
}

// On a phone the inspector is a sheet at the foot; this raises and lowers it.
function more() {
  const sheet = element.closest('#inspector');
  const button = make('button', {type: 'button', class: 'dm-more', 'aria-label': TEXTS.moreOrLess}, '⌃');
  button.addEventListener('click', () => { sheet?.classList.toggle('dm-up'); zoom?.reset(); });
  return button;
}

// All but the heat map anew.
function build(value) {
  heat = zoom = null;
  if (!value.image) {
    root.replaceChildren(make('p', {class: 'dm-empty'}, value.title));
    return;
  }
  const parts = [make('div', {class: 'dm-title'}, make('h3', {}, value.title), more()),
    make('div', {class: 'dm-pair'}, value.size ? crop(value) : null, whole(value))];
  if (value.heat && 'drawn' in value && !begun) { chosen.on = value.drawn; begun = true; }
  if (value.heat) parts.push(...control(value));
  if (value.facts.length) parts.push(facts(value));
  root.replaceChildren(...parts);
  zoom.show();
}

function draw() {
  const value = props.value, before = now;
  if (!value || value.rev === shown) return;
  if (shown !== null && value.patch !== before.patch) tell('turned', {});
  if (value.image?.url !== before?.image?.url) Object.assign(place, {zoom: 1, x: 0, y: 0});
  shown = value.rev;
  now = value;
  // Of one frame nothing is built anew, so that the choice of a map keeps the focus; else it gets it back.
  const choosing = document.activeElement?.name === GROUP;
  if (!value.frame || value.frame !== before?.frame) build(value);
  told();
  if (choosing) root.querySelector('.dm-scores input:checked')?.focus({preventScroll: true});
  show();
}

function onKey(event) {
  if (!element.isConnected) { document.removeEventListener('keydown', onKey); return; }
  if (!zoom || !element.offsetParent || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '+' || event.key === '=') zoom.by(1.5);
  else if (event.key === '-') zoom.by(1 / 1.5);
  else if (event.key === '0') zoom.reset();
}

document.addEventListener('keydown', onKey);
watch('value', draw);
draw();
