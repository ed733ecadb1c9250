// Research use only, accepted once a session: until then nothing of an atlas of findings is seen or
// reached. Value: {shut, other}; `other` is the key of an atlas without a gate, '' where there is none.
const ACCEPTED = 'diffmine-research-use', root = find('.dm-gate');

function isAccepted() {
  try { return sessionStorage.getItem(ACCEPTED) === 'yes'; } catch { return !!window.__diffmineAccepted; }
}

function accept() {
  window.__diffmineAccepted = true;  // storage may be forbidden: then it holds for this page
  try { sessionStorage.setItem(ACCEPTED, 'yes'); } catch { /* as above */ }
  root.close();
}

function draw() {
  const {shut, other} = props.value ?? {};
  if (!shut || isAccepted()) { if (root.open) root.close(); return; }
  if (root.open) return;
  const buttons = make('p', {class: 'dm-gate-buttons'},
    make('button', {type: 'button', class: 'dm-gate-accept', onclick: accept}, TEXTS.gateAccept));
  if (other) buttons.append(make('a', {href: `?${new URLSearchParams({atlas: other})}`}, TEXTS.gateOther));
  root.replaceChildren(make('h2', {id: 'dm-gate-title'}, TEXTS.gateTitle), make('p', {}, TEXTS.gateText), buttons);
  root.showModal();
}

// Escape accepts nothing: `cancel` can be refused once only, and browsers before 2025 know no closedby.
function onKey(event) {
  if (!element.isConnected) { document.removeEventListener('keydown', onKey, true); return; }
  if (!root.open) return;
  if (event.key === 'Escape') event.preventDefault();
  event.stopPropagation();  // the keys of what lies behind it
}
document.addEventListener('keydown', onKey, true);
root.addEventListener('close', () => { if (!isAccepted()) draw(); });
watch('value', draw);
draw();
