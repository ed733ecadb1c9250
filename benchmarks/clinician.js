// What clinician.py measures inside the page: milliseconds of its own clock, from a press to what it brings.
(() => {
  const frame = () => new Promise(done => requestAnimationFrame(done));
  const all = name => [...document.querySelectorAll(name)];
  const seen = name => all(name).some(each => each.checkVisibility());
  const state = {pressed: 0, done: 0, before: ''};

  // A picture is there when it is decoded, not when its button is.
  async function decoded(name) {
    const tile = document.querySelector(`${name} .dm-tile`);
    const image = new Image();
    image.src = getComputedStyle(tile).backgroundImage.slice(5, -2);
    await image.decode();
  }

  const first = name => document.querySelector(`${name} .dm-patch`)?.dataset.id ?? '';
  const still = () => !document.querySelector('.dm-pane.dm-loading');
  const shown = () => document.querySelector('.dm-pane .dm-shown')?.textContent ?? '';
  const WAYS = {
    gate: {now: () => seen('dialog[open] button')},
    wall: {now: () => !seen('dialog[open]') && all('#wall .dm-patch').length >= 60, then: () => decoded('#wall')},
    label: {is: () => first('#wall'), now: () => first('#wall') && seen('#doubts li'), then: () => decoded('#wall')},
    doubts: {now: () => all('#doubts-wall .dm-patch').length > 0, then: () => decoded('#doubts-wall')},
    patch: {is: () => document.querySelector('#viewer h3')?.textContent, now: () => true},
    screen: {now: () => seen('.dm-screen[open] .dm-pane') && still()},
    window: {is: shown, now: () => true},
    heat: {now: () => seen('.dm-pane .dm-heat')},
    beside: {now: () => all('.dm-screen[open] .dm-pane').length === 2 && still()},
    closed: {now: () => !seen('.dm-screen[open]')},
    basket: {is: () => document.querySelector('#basket button')?.textContent, now: () => true},
    buttons: {now: () => seen('#basket-csv')},
    file: {now: () => state.file},
    nothing: {is: () => document.querySelector('#nothing-told')?.textContent, now: () => true},
  };

  // Wait for one of them from now on: for what it is to be another than before, and for it to be there.
  async function await_(name) {
    const {is, now, then} = WAYS[name], before = is?.();
    Object.assign(state, {pressed: 0, done: 0, file: false});
    while (!state.pressed || (is && is() === before) || !now()) await frame();
    await then?.();
    await frame();
    state.done = performance.now();
  }

  function press() { state.pressed ||= performance.now(); }
  for (const kind of ['pointerdown', 'keydown', 'change']) addEventListener(kind, press, true);
  // A file is handed out by a link that is pressed by itself.
  const click = HTMLAnchorElement.prototype.click;
  HTMLAnchorElement.prototype.click = function () {
    if (this.download) state.file = true;
    return click.call(this);
  };

  // A handler that does nothing, pressed by the page itself.
  async function nothing() {
    const waiting = await_('nothing');
    press();
    document.querySelector('#nothing').click();
    await waiting;
    return state.done - state.pressed;
  }

  window.dm = {await: name => { await_(name); }, nothing, took: () => state.done && state.done - state.pressed};
})();
