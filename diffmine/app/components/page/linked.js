// In the head, before anything is drawn. The page comes with the first atlas in it: where a link leads
// to another one, nothing of the first is shown. page.js shows the page when the link was followed.
if (new URLSearchParams(location.search).has('atlas')) {
  const root = document.documentElement.classList;
  root.add('dm-arriving');
  setTimeout(() => root.remove('dm-arriving'), 5000);
}
