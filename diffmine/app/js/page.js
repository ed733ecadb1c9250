// The page itself: the link in the address bar, keys 1 to 7 and the help. Value: {query}.
const help = find('dialog');

function address() {
  if (!props.value) return;
  const now = new URLSearchParams(location.search), next = new URLSearchParams(props.value.query);
  for (const [name, value] of now) if (name.startsWith('__')) next.set(name, value);
  const text = `?${next}`;
  if (text !== location.search) history.replaceState(history.state, '', text);
}

function onKey(event) {
  if (!element.isConnected) { document.removeEventListener('keydown', onKey); return; }
  if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '?') { help.open ? help.close() : help.showModal(); return; }
  if (!/^[1-7]$/.test(event.key) || help.open) return;
  const tab = document.querySelectorAll('#tabs [role=tablist]')[0];
  const names = TEXTS.tabs.split(', ');
  const wanted = names[Number(event.key) - 1];
  const button = [...document.querySelectorAll('#tabs button')].find(each => each.textContent.trim() === wanted);
  if (tab && button) button.click();
}

help.querySelectorAll('button').forEach(each => each.addEventListener('click', () => help.close()));
find('.dm-help').addEventListener('click', () => help.showModal());
document.addEventListener('keydown', onKey);

// All of the page is of the linked atlas two frames after the link was followed (see linked.js).
const frame = () => new Promise(done => requestAnimationFrame(done));
async function arrived() {
  await frame();
  await frame();
  document.documentElement.classList.remove('dm-arriving');
}

watch('value', () => { address(); arrived(); });
if (location.search) address();
