// In the head, before anything is drawn. The page comes with the first atlas in it: where a link leads
// to another one, nothing of the first is shown. page.js shows the page when the link was followed.
if (['atlas', 'iiif-content'].some(name => new URLSearchParams(location.search).has(name))) {
  const root = document.documentElement.classList;
  root.add('dm-arriving');
  setTimeout(() => root.remove('dm-arriving'), 5000);
}

// A link may bring a basket after #basket=; components/brought/brought.js tells the server of it.
window.diffmineTake = () => {
  const [, text] = location.hash.match(/^#basket=([\w-]+)$/) ?? [];
  if (!text) return;
  window.diffmineBrought = text;
  history.replaceState(null, '', location.pathname + location.search);
};
window.diffmineTake();
