// A patch in its image. Value: {rev, patch, image, heat, before, full, scale, width, height, row, col, size, title,
// alt, facts: [[name, text, link]], plain, drawn}; with size 0 the whole image only, with `drawn` the heat
// map is on at first. Event: turned, when another patch is shown.
const root = find('.dm-viewer');
let shown = null, patch = null, picture = null, heat = null, zoom = null, begun = false;
// What the reader chose, kept from patch to patch; opacity and threshold are shares from 0 to 1.
const chosen = {on: false, opacity: .7, threshold: 0, before: false};
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
  heat = value.heat ? heatCanvas(say(TEXTS.heatOf, {label: value.label})) : null;
  if (heat) layer.append(heat.canvas);
  if (box) layer.append(box);
  const frame = make('div', {class: 'dm-whole', tabindex: 0, role: 'group',
    'aria-label': TEXTS.zoomImage}, layer);
  frame.style.aspectRatio = `${width} / ${height}`;
  zoom = zoomable(frame, layer, place);
  return frame;
}

function show(value) {
  if (!heat) return;
  heat.canvas.hidden = !chosen.on;
  heat.canvas.style.opacity = chosen.opacity;
  heat.threshold(chosen.threshold);
  // The base model's map of the same image, where the atlas holds it and the reader asked for it.
  if (chosen.on) heat.load((chosen.before && value.before ? value.before : value.heat).url);
  const settings = root.querySelector('.dm-settings');
  settings.hidden = !chosen.on;
  settings.querySelector('.dm-ramp').style.backgroundImage = ramp(chosen.threshold);
  settings.querySelector('.dm-least').textContent = figure(chosen.threshold * scaleOf(value));
  settings.querySelector('.dm-opacity').textContent = `${Math.round(100 * chosen.opacity)} %`;
}

function turn(value, name, said) {
  const box = make('input', {type: 'checkbox'});
  box.checked = chosen[name];
  box.addEventListener('change', () => { chosen[name] = box.checked; show(value); });
  return make('label', {class: 'dm-check'}, box, said);
}

function slider(value, name, said) {
  const range = make('input', {type: 'range', min: 0, max: 100, value: 100 * chosen[name], 'aria-label': said});
  range.addEventListener('input', () => { chosen[name] = Number(range.value) / 100; show(value); });
  return range;
}

function ticks(value) {
  const full = scaleOf(value);
  const numbers = [-1, -.5, 0, .5, 1].map(at => (at > 0 ? '+' : '') + figure(at * full));
  return make('div', {class: 'dm-ticks'}, ...numbers.map(text => make('span', {}, text)));
}

function control(value) {
  const parts = [make('div', {class: 'dm-scale'},
    make('span', {class: 'dm-ramp', role: 'img', 'aria-label': TEXTS.colourScale}), ticks(value),
    make('span', {class: 'dm-unit'}, TEXTS.sameScale))];
  const row = (said, name, out) => make('div', {class: 'dm-slide'}, make('span', {}, said),
    slider(value, name, say(TEXTS.ofHeatMap, {name: said})), make('output', {class: out}));
  parts.push(row(TEXTS.opacity, 'opacity', 'dm-opacity'), row(TEXTS.threshold, 'threshold', 'dm-least'));
  if (value.before) parts.push(turn(value, 'before', TEXTS.before));
  return [turn(value, 'on', TEXTS.heatMap), make('div', {class: 'dm-settings', hidden: true}, ...parts)];
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

function draw() {
  const value = props.value;
  if (!value || value.rev === shown) return;
  if (shown !== null && value.patch !== patch) trigger('turned', {});
  shown = value.rev;
  patch = value.patch;
  heat = zoom = null;
  if (!value.image) {
    root.replaceChildren(make('p', {class: 'dm-empty'}, value.title));
    return;
  }
  if (value.image.url !== picture) Object.assign(place, {zoom: 1, x: 0, y: 0});
  picture = value.image.url;
  const parts = [make('div', {class: 'dm-pair'}, value.size ? crop(value) : null, whole(value))];
  parts.unshift(make('div', {class: 'dm-title'}, make('h3', {}, value.title), more()));
  if (value.heat && 'drawn' in value && !begun) { chosen.on = value.drawn; begun = true; }
  if (value.heat) parts.push(...control(value));
  if (value.facts.length) parts.push(facts(value));
  root.replaceChildren(...parts);
  zoom.show();
  show(value);
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
