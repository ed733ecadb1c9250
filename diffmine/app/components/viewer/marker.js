// A box drawn by hand on a film: its ends are shares of the film, inside the part of it that was mined.
function marker(layer) {
  const node = make('span', {class: 'dm-marked', hidden: true});
  layer.append(node);
  let film = null, ends = null;

  function held([x, y]) {
    const {left, top, width, height} = film.part;
    return [Math.min(left + width, Math.max(left, x)), Math.min(top + height, Math.max(top, y))];
  }

  function corners() {
    const [a, b] = ends;
    return {x: Math.min(a[0], b[0]), y: Math.min(a[1], b[1]), wide: Math.abs(a[0] - b[0]), high: Math.abs(a[1] - b[1])};
  }

  function show() {
    node.hidden = !ends;
    if (!ends) return;
    const {x, y, wide, high} = corners();
    Object.assign(node.style, {left: `${100 * x}%`, top: `${100 * y}%`, width: `${100 * wide}%`, height: `${100 * high}%`});
  }

  function begin(spot) { ends = [held(spot), held(spot)]; show(); }
  function to(spot) { if (ends) { ends[1] = held(spot); show(); } }
  function clear() { ends = null; show(); }

  // By the keyboard: the first key puts a box into the middle, others move it, with `grows` its lower right corner.
  function step(across, down, grows) {
    if (!ends) {
      const {left, top, width, height} = film.part;
      ends = [[left + .375 * width, top + .375 * height], [left + .625 * width, top + .625 * height]];
    } else {
      const {x, y, wide, high} = corners(), far = [x + wide + across, y + high + down];
      ends = grows ? [[x, y], held([Math.max(far[0], x), Math.max(far[1], y)])] : [held([x + across, y + down]), held(far)];
    }
    show();
  }

  // Row, column, height and width in pixels of the image as mined; null where it has none.
  function box() {
    if (!ends) return null;
    const {x, y, wide, high} = corners(), {left, top, width, height} = film.part, {mined} = film;
    const pixels = [(y - top) / height * mined.height, (x - left) / width * mined.width, high / height * mined.height,
      wide / width * mined.width];
    return Math.min(pixels[2], pixels[3]) < 1 ? null : pixels.map(number => Math.max(0, number));
  }

  return {of: next => { if (film?.id !== next.id) ends = null; film = next; show(); }, begin, to, step, clear, box};
}
