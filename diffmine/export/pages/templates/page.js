// Shows the patches whose words hold what is typed. The page can be read without it.
const filter = document.querySelector('.filter');
if (filter) {
  const [text, pale] = filter.querySelectorAll('input'), said = filter.querySelector('output');
  const patches = [...document.querySelectorAll('[data-words]')];
  const show = () => {
    const wanted = text.value.trim().toLowerCase();
    for (const each of patches) {
      each.hidden = !each.dataset.words.includes(wanted) || (pale.checked && each.classList.contains('pale'));
    }
    said.textContent = `${patches.filter(each => !each.hidden).length} of ${patches.length} patches`;
  };
  filter.addEventListener('input', show);
  filter.hidden = false;
  show();
}
