// A patch in its image. Value: {rev, frame, patch, image, heat, scores: [{score, title}], score, unit, sentence,
// scale, full, width, height, row, col, size, title, alt, facts: [[name, text, link]], drawn, film, films}; with
// size 0 the whole image only, with `drawn` the heat map is on at first. Two values of one frame differ in the heat
// map and in `films`, the full screen's (app/inspector/films.py), alone. With `results` the full screen hands them
// out, and says what came of it (`told`). Events: turned, when another patch is shown; score {score}, when another
// map is asked for; film {beside}, when the full screen wants its films; out, when results are asked for; example {of, box},
// when a box was drawn there by hand, where the value says `examples`: what is like it comes as `like` {line, wall}, and
// is picked by pick {id}.
const root = find('.dm-viewer');
let now = null, shown = null, heat = null, zoom = null, settings = null, begun = false;
// What the reader chose, kept from patch to patch; opacity and threshold are shares from 0 to 1.
const chosen = {on: false, opacity: .7, threshold: 0, shown: () => show()};
const place = {zoom: 1, x: 0, y: 0};
const score = name => tell('score', {score: name});
const screen = screenOf(find('.dm-screen'), chosen, {score, ask: wish => tell('film', wish), out: () => tell('out', {}),
  example: what => tell('example', what), pick: id => tell('pick', {id})});

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
  frame.addEventListener('click', () => { if (place.zoom === 1) enlarge(); });
  return frame;
}

const enlarge = () => { if (now?.film && !screen.isOpen) screen.open(now); };

function show() {
  if (!heat) return;
  drawHeat(heat, chosen, now.heat.url);
  settings.show();
}

function told() {
  if (!heat) return;
  heat.canvas.setAttribute('aria-label', say(TEXTS.heatOf, {score: now.unit, label: now.label}));
  settings.tell(now);
}

function facts(value) {
  const list = make('dl', {class: 'dm-facts'});
  for (const [name, text, link] of value.facts) {
    const inside = link ? make('a', {href: link, target: '_blank', rel: 'noopener noreferrer'}, text) : text;
    list.append(make('dt', {}, name), make('dd', {}, ...(link ? [inside] : parted(text))));
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

function larger(value) {
  return value.film ? make('button', {type: 'button', class: 'dm-chip dm-larger', onclick: enlarge}, TEXTS.fullScreen) : null;
}

// All but the heat map anew.
function build(value) {
  heat = zoom = settings = null;
  if (!value.image) {
    root.replaceChildren(make('p', {class: 'dm-empty'}, value.title));
    return;
  }
  const parts = [make('div', {class: 'dm-title'}, make('h3', {}, value.title), larger(value), more()),
    make('div', {class: 'dm-pair'}, value.size ? crop(value) : null, whole(value))];
  if (value.heat && 'drawn' in value && !begun) { chosen.on = value.drawn; begun = true; }
  if (value.heat) {
    settings = heatSettings(value, chosen, {changed: () => { show(); screen.changed(); }, score});
    parts.push(...settings.nodes);
  }
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
  const choosing = settings && document.activeElement?.name === settings.group;
  if (!value.frame || value.frame !== before?.frame) build(value);
  told();
  if (choosing) root.querySelector('.dm-scores input:checked')?.focus({preventScroll: true});
  show();
  if (screen.isOpen && value.film) screen.update(value);
}

// Of two viewers on the page the inspector's takes the key, unless the other one has the focus.
function isMeant() {
  const other = document.activeElement?.closest?.('.dm-viewer');
  return other ? other === root : Boolean(element.closest('#inspector'));
}

function onKey(event) {
  if (!element.isConnected) { document.removeEventListener('keydown', onKey); return; }
  if (!zoom || !element.offsetParent || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '+' || event.key === '=') zoom.by(1.5);
  else if (event.key === '-') zoom.by(1 / 1.5);
  else if (event.key === '0') zoom.reset();
  else if (event.key === 'f' && isMeant() && !document.querySelector('dialog[open]')) enlarge();
}

document.addEventListener('keydown', onKey);
watch('value', draw);
draw();
