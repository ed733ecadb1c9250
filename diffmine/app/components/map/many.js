// In the dark, what is dark is mixed with white: of colours that grow lighter the more the darker they are,
// so that their order stays; of others those alone that would not stand out.
const linear = part => part <= 10 ? part / 3295 : ((part / 255 + .055) / 1.055) ** 2.4;
function coloursOf({colours}) {
  if (!isDark()) return colours;
  const parts = colours.map(each => [1, 3, 5].map(at => parseInt(each.slice(at, at + 2), 16)));
  const light = parts.map(([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b));
  const ordered = light.every((each, at) => !at || each >= light[at - 1]);
  return parts.map((rgb, at) => {
    const share = ordered ? .45 * (1 - at / Math.max(light.length - 1, 1)) : light[at] < .14 ? .45 : 0;
    const mixed = rgb.map(part => Math.round(part + (255 - part) * share).toString(16).padStart(2, '0'));
    return `#${mixed.join('')}`;
  });
}

// Very many points, as pixels on a canvas of their own: a million take some hundredths of a second, where WebGL
// without a graphics card takes ten seconds. Plotly keeps axes, gestures and outlines on top of it.
const FIELDS = 512, NEAR = 12;

// How large a point is, in pixels, where so many are seen.
const sideOf = count => count < 3000 ? 7 : count < 200000 ? 4 : 2;

// A number for each code, red lowest: the colours of groups, or a scale through them.
function shadesOf(colours, grouped) {
  const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const parsed = colours.map(each => {
    pen.fillStyle = each;
    pen.fillRect(0, 0, 1, 1);
    return pen.getImageData(0, 0, 1, 1).data.slice(0, 3);
  });
  const last = parsed.length - 1;
  return Uint32Array.from({length: 256}, (_, code) => {
    const place = grouped ? Math.min(code, last) : code / 255 * last, low = Math.floor(place);
    const [from, to, share] = [parsed[low], parsed[Math.min(low + 1, last)], place - low];
    const [r, g, b] = [0, 1, 2].map(at => Math.round(from[at] + share * (to[at] - from[at])));
    return b << 16 | g << 8 | r;
  });
}

// Points sorted into FIELDS x FIELDS fields of the plane: `order` by field, `starts` where each begins.
function fieldsOf(x, y, span) {
  const n = x.length, field = new Uint32Array(n), starts = new Uint32Array(FIELDS * FIELDS + 1);
  const scale = [0, 1].map(side => FIELDS / (span[side][1] - span[side][0] || 1));
  const at = (value, side) =>
    Math.max(0, Math.min(FIELDS - 1, Math.floor((value - span[side][0]) * scale[side])));
  for (let i = 0; i < n; i++) {
    field[i] = at(y[i], 1) * FIELDS + at(x[i], 0);
    starts[field[i] + 1]++;
  }
  for (let i = 1; i < starts.length; i++) starts[i] += starts[i - 1];
  const next = starts.slice(), order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[next[field[i]]++] = i;
  return {order, starts, at};
}

function spanOf(values) {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

// `box` is the plot on top. Answers {show(points), chosen(list or null), paint(), hide(), at(event)}, points being
// {x, y, codes, colours, grouped}.
function manyPoints(box) {
  const canvas = make('canvas', {class: 'dm-map-many', 'aria-hidden': true});
  box.before(canvas);
  let points = null, mask = null, fields = null, shades = null, span = null;

  function show(given) {
    points = given;
    [mask, fields] = [null, null];
    span = [spanOf(given.x), spanOf(given.y)];
    shades = shadesOf(given.colours, given.grouped);
    canvas.hidden = false;
    return span;
  }

  function hide() {
    points = null;
    canvas.hidden = true;
  }

  function chosen(list) {
    mask = list && new Uint8Array(points.x.length);
    list?.forEach(at => { mask[at] = 1; });
    paint();
  }

  // From the plane to pixels of the canvas: left = ax * x + bx.
  function lines(ratio) {
    const {xaxis, yaxis} = box._fullLayout;
    const line = axis => [(axis.l2p(1) - axis.l2p(0)) * ratio, axis.l2p(0) * ratio];
    return [...line(xaxis), ...line(yaxis)];
  }

  function paint() {
    if (!points || !box._fullLayout) return;
    const ratio = Math.min(window.devicePixelRatio || 1, 2), {xaxis, yaxis} = box._fullLayout;
    const wide = Math.round(xaxis._length * ratio), high = Math.round(yaxis._length * ratio);
    if (!wide || !high) return;
    [canvas.width, canvas.height] = [wide, high];
    Object.assign(canvas.style, {left: `${xaxis._offset}px`, top: `${yaxis._offset}px`,
      width: `${xaxis._length}px`, height: `${yaxis._length}px`});
    const picture = new ImageData(wide, high), pixels = new Uint32Array(picture.data.buffer);
    const counts = counted(wide, high, ratio, pixels);
    const most = Math.log1p(counts.reduce((best, count) => Math.max(best, count), 1));
    const shown = new Uint8Array(256).map((_, count) => 80 + 175 * Math.min(Math.log1p(count) / most, 1));
    for (let i = 0; i < pixels.length; i++) {
      if (counts[i]) pixels[i] |= shown[counts[i]] << 24;
      else if (pixels[i]) pixels[i] |= 26 << 24;
    }
    canvas.getContext('2d').putImageData(picture, 0, 0);
  }

  // Colours go to `pixels`; how many points lie on each (up to 255) comes back: 0 where none is chosen.
  function counted(wide, high, ratio, pixels) {
    const {x, y, codes} = points, [ax, bx, ay, by] = lines(ratio), counts = new Uint8Array(wide * high);
    let inside = 0;
    for (let i = 0; i < x.length; i++) {
      const left = ax * x[i] + bx, top = ay * y[i] + by;
      inside += left >= 0 && top >= 0 && left < wide && top < high;
    }
    const side = Math.round(sideOf(inside) * ratio);
    for (const turn of mask ? [0, 1] : [1]) {
      for (let i = 0; i < x.length; i++) {
        if (mask && mask[i] !== turn) continue;
        const left = Math.round(ax * x[i] + bx - side / 2), top = Math.round(ay * y[i] + by - side / 2);
        if (left + side <= 0 || top + side <= 0 || left >= wide || top >= high) continue;
        const right = Math.min(left + side, wide), low = Math.min(top + side, high);
        for (let row = Math.max(top, 0); row < low; row++) {
          for (let at = row * wide + Math.max(left, 0), end = row * wide + right; at < end; at++) {
            pixels[at] = shades[codes[i]] || 0x010101;
            if (turn && counts[at] < 255) counts[at]++;
          }
        }
      }
    }
    return counts;
  }

  // The point under the pointer, within NEAR pixels; -1 where none is.
  function at(event) {
    if (!points || !box._fullLayout) return -1;
    fields ??= fieldsOf(points.x, points.y, span);
    const area = box.getBoundingClientRect(), {xaxis, yaxis} = box._fullLayout, [ax, bx, ay, by] = lines(1);
    const left = event.clientX - area.left - xaxis._offset, top = event.clientY - area.top - yaxis._offset;
    const ends = (p, a, b, side) =>
      [(p - NEAR - b) / a, (p + NEAR - b) / a].sort((one, other) => one - other).map(v => fields.at(v, side));
    const [west, east] = ends(left, ax, bx, 0), [first, last] = ends(top, ay, by, 1);
    let best = -1, least = NEAR * NEAR;
    for (let row = first; row <= last; row++) {
      const end = fields.starts[row * FIELDS + east + 1];
      for (let k = fields.starts[row * FIELDS + west]; k < end; k++) {
        const i = fields.order[k], far = (ax * points.x[i] + bx - left) ** 2 + (ay * points.y[i] + by - top) ** 2;
        if (far < least && (!mask || mask[i])) [best, least] = [i, far];
      }
    }
    return best;
  }

  return {show, hide, chosen, paint, at};
}
