// A line measured on a film: in millimetres where the file gives the distance of its pixels, else in pixels.
function ruler(layer) {
  const space = 'http://www.w3.org/2000/svg';
  const drawing = document.createElementNS(space, 'svg'), line = document.createElementNS(space, 'line');
  const words = make('output', {class: 'dm-length', hidden: true});
  let film = null, from = null;
  drawing.setAttribute('class', 'dm-ruler');
  drawing.setAttribute('preserveAspectRatio', 'none');
  drawing.setAttribute('viewBox', '0 0 1 1');
  line.setAttribute('vector-effect', 'non-scaling-stroke');
  drawing.append(line);
  layer.append(drawing, words);

  function clear() {
    from = null;
    line.removeAttribute('x1');
    drawing.style.visibility = 'hidden';
    words.hidden = true;
  }

  function begin(spot) { from = spot; }

  function to(spot) {
    if (!from) return;
    const [x1, y1, x2, y2] = [...from, ...spot];
    for (const [name, value] of Object.entries({x1, y1, x2, y2})) line.setAttribute(name, value);
    drawing.style.visibility = 'visible';
    const [down, across] = film.spacing ?? [1, 1];
    const length = Math.hypot((x2 - x1) * film.width * across, (y2 - y1) * film.height * down);
    words.textContent = say(film.spacing ? TEXTS.millimetres : TEXTS.pixels, {length: length.toFixed(1)})
      + (film.measured ? ` ${film.measured}` : '');
    Object.assign(words.style, {left: `${100 * x2}%`, top: `${100 * y2}%`});
    words.hidden = false;
  }

  clear();
  return {of: next => { film = next; clear(); }, begin, to, clear};
}
