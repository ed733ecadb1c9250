// Shared by every component: text goes in as text, never as HTML. The words of the page are TEXTS, a
// constant that parts.py puts before this, out of texts.py.
const say = (text, fields) => text.replace(/\{(\w+)\}/g, (all, name) => fields[name] ?? all);
const make = (tag, set = {}, ...inside) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(set)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'class') node.className = value;
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...inside.filter(each => each !== null && each !== undefined));
  return node;
};
// A text that is broken after what stands between the parts of a path, rather than inside a word.
const parted = text => String(text).split(/(?<=[/_])(?=[^/_\s])|(?=\.[a-z]\w{1,4}$)/)
  .flatMap((part, at) => at ? [make('wbr'), part] : [part]);
const find = name => element.querySelector(name);
const isDark = () => document.body.classList.contains('dark');

// Tell the server of an event. gradio keeps the last event that comes while the one before it is
// under way, but then sends the data of the FIRST once more (6.31, trigger_mode always_last). One
// object an event, written over, makes those data the last ones.
const sent = {};
function tell(name, data) {
  sent[name] ??= {};
  for (const key of Object.keys(sent[name])) delete sent[name][key];
  trigger(name, Object.assign(sent[name], data));
}

// Whether a key pressed here is meant as text.
function typing(node) {
  return node && (node.isContentEditable || /^(TEXTAREA|SELECT)$/.test(node.tagName)
    || (node.tagName === 'INPUT' && !/^(range|radio|checkbox|button)$/.test(node.type)));
}

// One tile of a sprite sheet as a background, at any size on the screen.
function showTile(node, sheet, at) {
  const [high, wide] = sheet.tile, edge = sheet.gutter;
  const col = at % sheet.columns, row = Math.floor(at / sheet.columns);
  const W = sheet.columns * (wide + 2 * edge), H = sheet.rows * (high + 2 * edge);
  node.style.backgroundImage = `url("${sheet.file ? sheet.file.url : sheet.src}")`;
  node.style.backgroundSize = `${100 * W / wide}% ${100 * H / high}%`;
  const x = col * (wide + 2 * edge) + edge, y = row * (high + 2 * edge) + edge;
  node.style.backgroundPosition = `${100 * x / (W - wide)}% ${100 * y / (H - high)}%`;
  node.style.aspectRatio = `${wide} / ${high}`;
}

// A picture button; `item` is {id, alt, caption, noise, frame, made, box, blank, at}.
function tileButton(sheet, item, at, pick) {
  const tile = make('span', {class: 'dm-tile'});
  if (sheet && !item.blank) showTile(tile, sheet, item.at ?? at);
  if (item.box) {
    const [left, top, width, height] = item.box.map(each => `${each}%`);
    const box = make('span', {class: 'dm-box'});
    Object.assign(box.style, {left, top, width, height});
    tile.append(box);
  }
  if (item.blank) tile.append(make('span', {class: 'dm-none'}, TEXTS.notMade));
  if (item.made) tile.append(make('span', {class: 'dm-made'}, TEXTS.generated));
  const kind = ['dm-patch', item.noise && 'dm-noise', item.frame && 'dm-frame', item.blank && 'dm-blank'];
  const button = make('button', {type: 'button', class: kind.filter(Boolean).join(' '),
    'aria-label': item.alt, title: item.alt, onclick: () => pick(item, button)}, tile);
  button.dataset.id = item.id;
  if (item.caption) button.append(make('span', {class: 'dm-caption'}, item.caption));
  return button;
}

// Arrow keys walk a grid of buttons; one of them is in the tab order.
function walkable(root, choose) {
  const all = () => [...root.querySelectorAll('button.dm-patch')];
  root.addEventListener('focusin', event => {
    if (!event.target.matches('button.dm-patch')) return;
    all().forEach(each => { each.tabIndex = each === event.target ? 0 : -1; });
  });
  root.addEventListener('keydown', event => {
    const buttons = all(), here = buttons.indexOf(document.activeElement);
    if (here < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const top = buttons[0].offsetTop;
    const wide = Math.max(buttons.findIndex(each => each.offsetTop > top + 4), 0) || buttons.length;
    const step = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -wide, ArrowDown: wide,
      Home: -here, End: buttons.length - 1 - here}[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = buttons[here + step];
    if (next) { next.focus(); choose && choose(next); }
  });
}

// plotly.js, once for the page, kept apart from the one that gradio's own plots bring.
function plotly(src) {
  return (window.__diffminePlotly ??= new Promise((good, bad) => {
    const other = window.Plotly, script = document.createElement('script');
    script.onload = () => {
      const ours = window.Plotly;
      if (other) window.Plotly = other;
      good(ours);
    };
    script.onerror = () => {
      window.__diffminePlotly = undefined;
      bad(new Error(TEXTS.noPlotly));
    };
    script.src = src;
    document.head.append(script);
  }));
}
const PLAIN = {responsive: true, displaylogo: false, showSendToCloud: false, plotlyServerURL: ''};
