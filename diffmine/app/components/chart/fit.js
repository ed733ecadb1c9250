// Texts of a chart that fit: names along an axis, beside points, in a legend and in what a pointer shows.
const PEN = document.createElement('canvas').getContext('2d');
let family = 'sans-serif';

function wide(text, size = 12) {
  PEN.font = `${size}px ${family}`;
  return PEN.measureText(text).width;
}

// A text at most so many pixels wide, with … where something is left out.
function fitted(text, width, size = 12) {
  const whole = [...String(text)];
  if (wide(text, size) <= width) return String(text);
  let low = 0, high = whole.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (wide(`${whole.slice(0, middle).join('')}…`, size) <= width) low = middle; else high = middle - 1;
  }
  return `${whole.slice(0, low).join('')}…`;
}

// A cut text of which enough is left to tell it from others; else none.
const telling = text => text.endsWith('…') && text.length < 5 ? '' : text;

// A text in lines at most so many pixels wide, for what a pointer shows.
function wrapped(text, width) {
  if (typeof text !== 'string' || wide(text) <= width) return text;
  const lines = [''];
  for (const word of text.split(' ')) {
    for (const piece of pieces(word, width)) {
      const joined = `${lines.at(-1)} ${piece}`.trim();
      if (wide(joined) <= width) lines[lines.length - 1] = joined; else lines.push(piece);
    }
  }
  return lines.filter(Boolean).join('<br>');
}

function pieces(word, width) {
  const parts = [''];
  for (const letter of word) {
    if (parts.at(-1) && wide(parts.at(-1) + letter) > width) parts.push('');
    parts[parts.length - 1] += letter;
  }
  return parts;
}

// Of the names along a level axis the first and every n-th, as many as there is room for without touching.
function named(values, texts, room) {
  const most = 2 * room / 7 - 14, short = texts.map(text => fitted(text, most));
  const widths = short.map(text => wide(text) + 12);
  const free = room - Math.max(wide(short[0] ?? '') / 2 - 45, 0);  // the first reaches over the left end
  const reach = Number(values.at(-1)) - Number(values[0]);  // numbers have 7 % of the axis free at each end, bars half a bar
  const place = at => reach ? 0.84 * free * (values[at] - values[0]) / reach : at * free / texts.length;
  const touch = step => widths.some((own, at) => at % step === 0 && own + widths[at + step] > 2 * (place(at + step) - place(at)));
  let step = 1;
  while (step < texts.length && touch(step)) step++;
  const shown = (_, at) => at % step === 0;
  return {tickvals: values.filter(shown), ticktext: short.filter(shown), tickangle: 0};
}

// An axis whose ticks are names. Those of an upright one take at most two fifths of the chart.
function namedAxis(name, axis, room, side) {
  const values = axis.ticktext ? axis.tickvals : axis.tickvals ? null : axis.categoryarray;
  if (!values?.length) return axis;
  const texts = axis.ticktext ?? values.map(String);
  if (name.startsWith('y')) return {...axis, tickvals: values, ticktext: texts.map(text => fitted(text, 0.38 * room))};
  const [from, to] = axis.domain ?? [0, 1];
  return {...axis, ...named(values, texts, (to - from) * (room - side - 20))};
}

// The traces with names that fit the legend, and lines for the pointer.
function fittedTraces(traces, room, level) {
  return traces.map(trace => {
    const one = structuredClone(trace), line = Math.min(0.7 * room, 380);
    if (one.name) one.name = fitted(one.name, (level ? 0.8 : 0.3) * room - 40);
    for (const key of ['customdata', 'text', 'hovertext']) {
      if (key === 'text' && /text/.test(one.mode ?? '')) continue;
      if (Array.isArray(one[key])) one[key] = one[key].map(each => wrapped(each, line));
    }
    return one;
  });
}

// Names beside points: where one is free, at one of four sides, the marked first; the others on hover alone.
function uncrowded(P, box, traces) {
  const {xaxis, yaxis} = box._fullLayout ?? {};
  if (!xaxis) return;
  traces.forEach((trace, at) => {
    if (!/text/.test(trace.mode ?? '')) return;
    const taken = [], texts = trace.text.map(() => ''), sides = trace.text.map(() => 'top center');
    const size = point => [].concat(trace.marker.size)[point] ?? trace.marker.size;
    const order = trace.text.map((_, point) => point).sort((a, b) => size(b) - size(a));
    for (const point of order) {
      if (!trace.text[point] || trace.x[point] === null) continue;
      const text = fitted(trace.text[point], 0.45 * xaxis._length), half = wide(text) / 2 + 3;
      const x = xaxis.l2p(trace.x[point]), y = yaxis.l2p(trace.y[point]), off = size(point) / 2 + 4;
      const places = {'top center': [x - half, y - off - 15], 'bottom center': [x - half, y + off],
        'middle right': [x + off, y - 8], 'middle left': [x - off - 2 * half, y - 8]};
      for (const [side, [left, top]] of Object.entries(places)) {
        const [right, foot] = [left + 2 * half, top + 15];
        const inside = left >= 0 && top >= 0 && right <= xaxis._length && foot <= yaxis._length;
        if (!inside || taken.some(([l, t, r, f]) => left < r && right > l && top < f && foot > t)) continue;
        taken.push([left, top, right, foot]);
        texts[point] = text;
        sides[point] = side;
        break;
      }
    }
    P.restyle(box, {text: [texts], textposition: [sides]}, [at]);
  });
}
