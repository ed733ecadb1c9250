// The page itself: the view in the address bar and in the history, the digits that open the tabs (TABS,
// their titles) and the help. Value: {query, elements, visited}. Events: visit {query}, for Back and Forward;
// arrive, when another atlas is shown.
const help = find('dialog');
let begun = false, atlas = null;

function address() {
  const {query, visited} = props.value ?? {};
  if (!query || (visited !== undefined && visited !== asked())) return;  // walked on since then
  document.dispatchEvent(new CustomEvent('diffmine-view', {detail: new URLSearchParams(query)}));
  const now = new URLSearchParams(location.search), next = new URLSearchParams(query);
  for (const [name, value] of now) if (name.startsWith('__')) next.set(name, value);
  const text = `?${next}`;
  // What was opened first, or walked to, may be said otherwise; what was chosen is a new place.
  if (!begun || visited !== undefined) history.replaceState(null, '', text);
  else if (text !== location.search) history.pushState(null, '', text);
  begun = true;
  if (atlas !== null && atlas !== next.get('atlas')) tell('arrive', {});
  atlas = next.get('atlas');
}

const asked = () => location.search.slice(1);
function onWalk() {
  if (!element.isConnected) { window.removeEventListener('popstate', onWalk); return; }
  tell('visit', {query: asked()});
}

function onKey(event) {
  if (!element.isConnected) { document.removeEventListener('keydown', onKey); return; }
  if (typing(event.target)) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && /^[zy]$/i.test(event.key)) {
    const again = event.shiftKey || /^y$/i.test(event.key);
    const names = again ? ['#past .dm-redo', '#redo'] : ['#past .dm-undo', '#undo'];
    const buttons = names.map(name => document.querySelector(name));
    const button = buttons.find(each => each?.checkVisibility() && !each.disabled);
    if (button && !help.open) { event.preventDefault(); button.click(); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '?') { help.open ? help.close() : help.showModal(); return; }
  const wanted = TABS[(Number(event.key) + 9) % 10];
  if (!/^[0-9]$/.test(event.key) || !wanted || help.open) return;
  const tabs = [...document.querySelectorAll('#tabs [role=tab]')];
  const button = tabs.find(each => each.textContent.trim() === wanted);
  if (button?.checkVisibility()) button.click();
}

help.querySelectorAll('button').forEach(each => each.addEventListener('click', () => help.close()));
find('.dm-help').addEventListener('click', () => help.showModal());
document.addEventListener('keydown', onKey);

// On a phone the tabs are moved sideways: the open one is seen.
function showTab() {
  const tab = document.querySelector('#tabs [role=tablist] > [aria-selected=true]'), list = tab?.parentElement;
  if (!tab) return;
  const own = tab.getBoundingClientRect(), room = list.getBoundingClientRect();
  if (own.left < room.left || own.right > room.right) list.scrollLeft += own.left - room.left - (room.width - own.width) / 2;
}

// All of the page is of the linked atlas two frames after the link was followed (see linked.js).
const frame = () => new Promise(done => requestAnimationFrame(done));
async function arrived() {
  await frame();
  await frame();
  showTab();
  document.documentElement.classList.remove('dm-arriving');
}

watch('value', () => { address(); arrived(); });
window.addEventListener('popstate', onWalk);
