// Mouse, fingers and arrow keys on a pane. One finger or the left button does what the tool says, the other
// buttons and two fingers move, the wheel and two fingers zoom, a double click fits.
function hands(pane, seen, {windowed, touched, boxed}) {
  const {node} = pane, fingers = new Map();
  let task = '';

  function inside(event) {
    const box = node.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  function spread() {
    const [a, b] = [...fingers.values()];
    return {apart: Math.hypot(a[0] - b[0], a[1] - b[1]) || 1, x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2};
  }

  node.addEventListener('wheel', event => {
    event.preventDefault();
    pane.zoomTo(pane.zoom * Math.exp(-event.deltaY * (event.deltaMode ? 33 : 1) / 400), ...inside(event));
  }, {passive: false});

  node.addEventListener('pointerdown', event => {
    fingers.set(event.pointerId, inside(event));
    node.setPointerCapture(event.pointerId);
    touched(pane);
    task = fingers.size > 1 || event.button ? 'move' : seen.tool || 'move';
    if (task === 'window' && !pane.isGrey) task = 'move';
    if (task === 'measure') pane.rule.begin(pane.spot(...inside(event)));
    if (task === 'box') pane.mark.begin(pane.spot(...inside(event)));
  });

  node.addEventListener('pointermove', event => {
    const here = inside(event), from = fingers.get(event.pointerId);
    pane.tell(...here);
    if (!from) return;
    const before = fingers.size === 2 ? spread() : null;
    fingers.set(event.pointerId, here);
    if (before) {
      const after = spread();
      pane.moveBy(after.x - before.x, after.y - before.y);
      pane.zoomTo(pane.zoom * after.apart / before.apart, after.x, after.y);
    } else if (task === 'measure') pane.rule.to(pane.spot(...here));
    else if (task === 'box') pane.mark.to(pane.spot(...here));
    else if (task === 'window') windowed(pane, here[0] - from[0], here[1] - from[1]);
    else pane.moveBy(here[0] - from[0], here[1] - from[1]);
  });

  for (const name of ['pointerup', 'pointercancel'])
    node.addEventListener(name, event => {
      if (fingers.delete(event.pointerId) && task === 'box' && name === 'pointerup') boxed(pane);
      if (!fingers.size) task = '';
    });
  node.addEventListener('focus', () => touched(pane));
  node.addEventListener('dblclick', () => pane.zoomTo(1));
  node.addEventListener('contextmenu', event => event.preventDefault());
  node.addEventListener('keydown', event => {
    if (event.key === 'Enter' && seen.tool === 'box') boxed(pane);
    const step = {ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60]}[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (seen.tool === 'box') pane.mark.step(-step[0] / 3000, -step[1] / 3000, event.shiftKey);
    else if (event.shiftKey) windowed(pane, -step[0], -step[1]);
    else pane.moveBy(...step);
  });
}
