// What app_speed.py measures inside the page: all times are milliseconds of the page's own clock.
(() => {
  const frame = () => new Promise(done => requestAnimationFrame(done));
  const wall = name => document.querySelector(`${name} .dm-wall`);
  const patches = name => [...(wall(name)?.querySelectorAll('button.dm-patch') ?? [])];

  // The pictures of a wall are there when their sheet is decoded, not when the buttons are.
  async function pictures(name) {
    const tile = wall(name).querySelector('.dm-tile');
    const image = new Image();
    image.src = getComputedStyle(tile).backgroundImage.slice(5, -2);
    await image.decode();
    await frame();
    return performance.now();
  }

  async function until(found) {
    for (;;) { if (found()) return; await frame(); }
  }

  async function first(count) {
    await until(() => patches('#wall').length >= count);
    return pictures('#wall');
  }

  async function turn(at) {
    const before = patches('#wall')[0]?.dataset.id, start = performance.now();
    document.querySelectorAll('#labels button')[at].click();
    await until(() => patches('#wall')[0] && patches('#wall')[0].dataset.id !== before);
    return await pictures('#wall') - start;
  }

  // From the last move of the pointer to the crop under it.
  function watchTip() {
    const tip = document.querySelector('#map .dm-map-tip');
    window.dmHover = {moved: 0, shown: 0};
    addEventListener('mousemove', () => { window.dmHover = {moved: performance.now(), shown: 0}; }, true);
    new MutationObserver(() => {
      if (!tip.hidden && tip.querySelector('.dm-tile')) window.dmHover.shown ||= performance.now();
    }).observe(tip, {childList: true, attributes: true});
  }

  async function lasso(count) {
    const start = window.dmUp;
    await until(() => patches('#map-wall').length >= count);
    return await pictures('#map-wall') - start;
  }

  async function map(change) {
    const root = document.querySelector('#map .dm-map'), before = root?.dataset.drawn;
    const start = performance.now();
    change && document.querySelector(change).click();
    await until(() => root.dataset.drawn && root.dataset.drawn !== before);
    await frame();
    await frame();
    return performance.now() - start;
  }

  addEventListener('mouseup', () => { window.dmUp = performance.now(); }, true);
  window.dm = {first, turn, watchTip, lasso, map};
})();
