// Baskets that come from outside: in the part of a link after # (never sent with an address, so that no
// server writes notes down), or as a file. Events: brought {text}, file {text}.
const input = find('input');

function open() {
  const text = window.diffmineBrought;
  delete window.diffmineBrought;
  if (text) tell('brought', {text});
}

input.addEventListener('change', async () => {
  const [file] = input.files;
  input.value = '';
  if (file) tell('file', {text: file.size > MOST ? '' : await file.text()});
});
// A link pressed or pasted while the page is open changes no more than what stands after #.
window.addEventListener('hashchange', () => {
  if (!element.isConnected) return;
  window.diffmineTake();
  open();
});
setTimeout(open, 0);
