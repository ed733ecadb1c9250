// A row of cards, each a button: a picture, a title, words. Value: {rev, sheet, heading, cards: [{key, title,
// text, facts, alt, at}], current, closes}. With `closes` the row goes when it is closed; with a name there it
// stays away under that name until the help is asked for it. Event: press {key}.
const CLOSED = 'diffmine-closed', root = find('.dm-cards');
let shown = null;

function closed() {
  try { return JSON.parse(localStorage.getItem(CLOSED)) ?? []; } catch { return []; }  // forbidden: then it comes again
}

function close(name, away) {
  root.hidden = away;
  if (!name) return;
  const names = closed().filter(each => each !== name);
  try { localStorage.setItem(CLOSED, JSON.stringify(away ? [...names, name] : names)); } catch { /* as above */ }
}

function mark(key) {
  for (const card of root.querySelectorAll('.dm-card')) {
    card.classList.toggle('dm-current', card.dataset.key === key);
    if (props.value.closes === undefined) card.setAttribute('aria-pressed', String(card.dataset.key === key));
  }
}

function cardOf(value, card) {
  const tile = make('span', {class: 'dm-tile', role: 'img', 'aria-label': card.alt});
  showTile(tile, value.sheet, card.at);
  const press = () => { if (value.closes === undefined) mark(card.key); tell('press', {key: card.key}); };
  const node = make('button', {type: 'button', class: 'dm-card', title: [card.title, card.facts, card.text].filter(Boolean).join('\n'), onclick: press}, tile,
    make('span', {class: 'dm-card-words'}, make('strong', {}, card.title),
      card.facts ? make('span', {class: 'dm-fact'}, card.facts) : null, make('span', {class: 'dm-card-text'}, card.text)));
  node.dataset.key = card.key;
  return node;
}

function unfold({currentTarget}) {
  const short = root.classList.toggle('dm-cards-line');
  currentTarget.setAttribute('aria-expanded', String(!short));
  currentTarget.textContent = short ? TEXTS.more : TEXTS.less;
}

function draw() {
  const value = props.value;
  if (!value) return;
  if (value.rev !== shown) {
    shown = value.rev;
    const cards = make('div', {class: 'dm-cards-row', role: 'group', 'aria-label': value.heading},
      ...value.cards.map(card => cardOf(value, card)));
    const away = make('button', {type: 'button', class: 'dm-cards-close', onclick: () => close(value.closes, true)},
      TEXTS.close);
    const more = make('button', {type: 'button', class: 'dm-cards-more', 'aria-expanded': 'false', onclick: unfold}, TEXTS.more);
    root.classList.toggle('dm-cards-line', Boolean(value.closes));  // until more of it is asked for
    const head = make('div', {class: 'dm-cards-head'}, make('strong', {}, value.heading),
      value.closes ? more : null, away);
    root.replaceChildren(...(value.closes === undefined ? [cards] : [head, cards]));
  }
  root.hidden = !(value.closes === '' ? value.heading : value.cards.length) || closed().includes(value.closes);
  mark(value.current);
}

function onClick(event) {
  if (!element.isConnected) { document.removeEventListener('click', onClick); return; }
  const {closes, cards} = props.value ?? {};
  if (closes && cards.length && event.target.closest('[data-findings]')) close(closes, false);
}

document.addEventListener('click', onClick);
watch('value', draw);
draw();
