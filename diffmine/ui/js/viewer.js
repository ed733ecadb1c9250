// A patch in its image. Value: {rev, image, heat, before, full, width, height, row, col, size, title, alt,
// facts: [[name, text, link]]}; with size 0 the whole image only. Nothing is sent.
const root = find('.dm-viewer');
let shown = null, strength = 70, before = false;

// The base model's map of the same image, where the atlas holds it and the reader asked for it.
const map = (value) => before && value.before ? value.before : value.heat;

function crop(value) {
  const node = make('div', {class: 'dm-crop', role: 'img', 'aria-label': `Patch: ${value.alt}`});
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
  const picture = make('img', {src: value.image.url, alt: `The whole image: ${value.alt}`});
  const box = size ? make('span', {class: 'dm-box'}) : null;
  if (box) Object.assign(box.style, {left: `${100 * col / width}%`, top: `${100 * row / height}%`,
    width: `${100 * size / width}%`, height: `${100 * size / height}%`});
  const frame = make('div', {class: 'dm-whole'}, picture);
  frame.style.aspectRatio = `${width} / ${height}`;
  if (value.heat) {
    const heat = make('img', {src: map(value).url, class: 'dm-heat',
      alt: `Typicality for ${value.label}: vermilion above zero, blue below`});
    heat.style.opacity = strength / 100;
    frame.append(heat);
  }
  if (box) frame.append(box);
  return frame;
}

function control(value) {
  const range = make('input', {type: 'range', min: 0, max: 100, value: strength,
    'aria-label': 'Strength of the heat map'});
  range.addEventListener('input', () => {
    strength = Number(range.value);
    const heat = root.querySelector('.dm-heat');
    if (heat) heat.style.opacity = strength / 100;
  });
  const scale = make('div', {class: 'dm-scale'}, make('span', {}, `−${value.full}`),
    make('span', {class: 'dm-ramp', role: 'img', 'aria-label': 'Colour scale of the heat map'}),
    make('span', {}, `+${value.full}`), range);
  if (value.before) scale.append(turn(value));
  return scale;
}

function turn(value) {
  const box = make('input', {type: 'checkbox'});
  box.checked = before;
  box.addEventListener('change', () => {
    before = box.checked;
    const heat = root.querySelector('.dm-heat');
    if (heat) heat.src = map(value).url;
  });
  return make('label', {class: 'dm-before'}, box, 'before finetuning');
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
  const button = make('button', {type: 'button', class: 'dm-more', 'aria-label': 'Show more or less'}, '⌃');
  button.addEventListener('click', () => sheet?.classList.toggle('dm-up'));
  return button;
}

function draw() {
  const value = props.value;
  if (!value || value.rev === shown) return;
  shown = value.rev;
  if (!value.image) {
    root.replaceChildren(make('p', {class: 'dm-empty'}, value.title));
    return;
  }
  const parts = [make('div', {class: 'dm-pair'}, value.size ? crop(value) : null, whole(value))];
  parts.unshift(make('div', {class: 'dm-title'}, make('h3', {}, value.title), more()));
  if (value.heat) parts.push(control(value));
  if (value.facts.length) parts.push(facts(value));
  root.replaceChildren(...parts);
}

watch('value', draw);
draw();
