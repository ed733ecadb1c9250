// One small + over the picture that the pointer or the focus is on puts its patch into the basket; so does b.
// Event: put {id}.
const button = find('.dm-put');
let over = null;

const patchOf = node => node?.closest?.('button.dm-patch[data-id]:not(.dm-blank)');
const within = node => node && node.isConnected && node.checkVisibility() && patchOf(node) && !node.closest('#basket-wall');

function show(tile) {
  over = within(tile) ? tile : null;
  button.hidden = !over;
  if (!over) return;
  const box = over.getBoundingClientRect();
  button.style.left = `${box.right - 22}px`;
  button.style.top = `${box.top - 4}px`;
  const name = say(TEXTS.putOf, {patch: over.getAttribute('aria-label') ?? ''});
  button.setAttribute('aria-label', name);
  button.title = TEXTS.put;
}

function put(tile) {
  if (within(tile)) tell('put', {id: tile.dataset.id});
}

function onOver(event) {
  if (!element.isConnected) { document.removeEventListener('pointerover', onOver); return; }
  if (event.target === button) return;
  const tile = patchOf(event.target);
  if (tile || !within(document.activeElement)) show(tile);
}
function onFocus(event) { if (event.target !== button) show(patchOf(event.target)); }
function onKey(event) {
  if (!element.isConnected) { document.removeEventListener('keydown', onKey); return; }
  if (event.key !== 'b' || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const tile = patchOf(document.activeElement);
  if (within(tile)) put(tile);
  else document.querySelector('#add')?.click();
}

button.addEventListener('mousedown', event => event.preventDefault());  // the focus stays on the picture
button.addEventListener('click', () => put(over));
document.addEventListener('pointerover', onOver);
document.addEventListener('focusin', onFocus);
document.addEventListener('keydown', onKey);
window.addEventListener('scroll', () => show(over), {capture: true, passive: true});
