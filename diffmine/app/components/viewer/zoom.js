// Zoom and pan of a picture: wheel, two fingers, drag, keys; a double click resets. What lies on the
// picture is moved with it by one transform; --dm-zoom lets lines keep their width.
const MOST_ZOOM = 16;

function zoomable(frame, layer, place) {
  const fingers = new Map();

  function show() {
    const {width, height} = frame.getBoundingClientRect();
    place.x = Math.min(0, Math.max(place.x, width * (1 - place.zoom)));
    place.y = Math.min(0, Math.max(place.y, height * (1 - place.zoom)));
    layer.style.transform = `translate(${place.x}px, ${place.y}px) scale(${place.zoom})`;
    layer.style.setProperty('--dm-zoom', place.zoom);
    frame.dataset.zoom = place.zoom.toFixed(2);
    frame.classList.toggle('dm-zoomed', place.zoom > 1);
  }

  // The spot of the picture under (x, y), pixels from the frame's corner, stays where it is.
  function to(zoom, x, y) {
    zoom = Math.min(MOST_ZOOM, Math.max(1, zoom));
    place.x = x - (x - place.x) * zoom / place.zoom;
    place.y = y - (y - place.y) * zoom / place.zoom;
    place.zoom = zoom;
    show();
  }

  function by(factor) { to(place.zoom * factor, frame.clientWidth / 2, frame.clientHeight / 2); }
  function move(x, y) { place.x += x; place.y += y; show(); }
  function reset() { Object.assign(place, {zoom: 1, x: 0, y: 0}); show(); }

  function inside(point) {
    const box = frame.getBoundingClientRect();
    return [point.clientX - box.left, point.clientY - box.top];
  }

  function spread() {
    const [a, b] = [...fingers.values()];
    return {apart: Math.hypot(a[0] - b[0], a[1] - b[1]) || 1, x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2};
  }

  frame.addEventListener('wheel', event => {
    if (event.deltaY > 0 && place.zoom === 1) return;  // nothing to leave: the page scrolls
    event.preventDefault();
    const lines = event.deltaMode ? 33 : 1;
    to(place.zoom * Math.exp(-event.deltaY * lines / 400), ...inside(event));
  }, {passive: false});
  frame.addEventListener('pointerdown', event => {
    if (event.pointerType === 'mouse' && event.button) return;
    fingers.set(event.pointerId, inside(event));
    if (place.zoom > 1 || fingers.size > 1) frame.setPointerCapture(event.pointerId);
  });
  frame.addEventListener('pointermove', event => {
    const from = fingers.get(event.pointerId);
    if (!from) return;
    const before = fingers.size === 2 ? spread() : null, now = inside(event);
    fingers.set(event.pointerId, now);
    if (before) {
      const after = spread();
      move(after.x - before.x, after.y - before.y);
      to(place.zoom * after.apart / before.apart, after.x, after.y);
    } else if (place.zoom > 1) move(now[0] - from[0], now[1] - from[1]);
  });
  for (const name of ['pointerup', 'pointercancel'])
    frame.addEventListener(name, event => fingers.delete(event.pointerId));
  frame.addEventListener('dblclick', reset);
  frame.addEventListener('keydown', event => {
    const step = {ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40]}[event.key];
    if (!step || place.zoom === 1) return;
    event.preventDefault();
    move(...step);
  });
  return {by, reset, show};
}
