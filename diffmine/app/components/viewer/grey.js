// From the numbers of a film to grey: one table with an entry for each of the 65,536 numbers, so that a
// window costs the same whatever the film's size. The formulas are those of the reader of DICOM (PS3.3 C.11).
const NUMBERS = 65536;

// What is shown of a value, 0 to 1, by a window {centre, width, curve}.
function shareOf({centre, width, curve}) {
  if (curve === 'SIGMOID') return value => 1 / (1 + Math.exp(-4 * (value - centre) / width));
  if (curve === 'LINEAR_EXACT') return value => (value - centre) / width + .5;
  if (width <= 1) return value => Number(value > centre - .5);
  return value => (value - (centre - .5)) / (width - 1) + .5;
}

// Greys 0 to 255 of all numbers of a film {slope, intercept, padding, inverse} by a window, or by a table of
// greys of the file's own; `inverted` turns them once more. What is padded is black, whichever way.
function greysOf(film, window, inverted) {
  const greys = new Uint8ClampedArray(NUMBERS), share = window.greys ? null : shareOf(window);
  const turned = Boolean(film.inverse) !== Boolean(inverted);
  for (let number = 0; number < NUMBERS; number += 1) {
    const grey = share ? 255 * Math.min(1, Math.max(0, share(film.slope * number + film.intercept)))
      : window.greys[number];
    greys[number] = turned ? 255 - grey : grey;
  }
  if (film.padding) greys.fill(0, film.padding[0], film.padding[1] + 1);
  return greys;
}

// The window that a drag of so many pixels of the screen leaves: to the right wider, down darker. The whole
// range of the film is a drag over 800 pixels.
function dragged(window, range, right, down) {
  const step = (range[1] - range[0]) / 800, least = Math.min(1, (range[1] - range[0]) / 256) || 1;
  return {centre: window.centre + down * step, width: Math.max(least, window.width + right * step),
    curve: window.curve === 'SIGMOID' ? 'SIGMOID' : 'LINEAR_EXACT'};
}
