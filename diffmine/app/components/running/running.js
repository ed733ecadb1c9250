// The job that this window began, if it still runs, by its key: after a reload it is asked for again.
// Value: {key}, empty once the job is over. Event: again {key}.
const KEY = 'diffmine-running';
const remembered = () => { try { return sessionStorage.getItem(KEY); } catch { return null; } };

function remember() {
  if (!props.value) return;
  try {
    if (props.value.key) sessionStorage.setItem(KEY, props.value.key);
    else sessionStorage.removeItem(KEY);
  } catch { /* storage may be forbidden: then it is lost */ }
}

watch('value', remember);
setTimeout(() => { const key = remembered(); if (key) tell('again', {key}); }, 0);
