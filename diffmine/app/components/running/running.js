// The job of a KIND that this window began, if it still runs, by its key: after a reload it is asked for
// again. Value: {key}, empty once the job is over. Event: again {key}.
const PLACE = `diffmine-running-${KIND}`;
const remembered = () => { try { return sessionStorage.getItem(PLACE); } catch { return null; } };

function remember() {
  if (!props.value) return;
  try {
    if (props.value.key) sessionStorage.setItem(PLACE, props.value.key);
    else sessionStorage.removeItem(PLACE);
  } catch { /* storage may be forbidden: then it is lost */ }
}

watch('value', remember);
setTimeout(() => { const key = remembered(); if (key) tell('again', {key}); }, 0);
