// The console: it asks the API every 15 seconds, as long as the page is visible,
// and hands the answers to the parts of the page.

import { get, Refusal } from './api.js';
import { byID } from './dom.js';
import { startKeys } from './keys.js';
import { openList, refreshList, startLists } from './lists.js';
import { refreshMerchant } from './merchant.js';
import { refreshOrder } from './order.js';
import { chosenSpan, showBacklog, showSuccess, startSpans } from './plots.js';
import { showRoute, startSearch } from './search.js';
import { showHealth, showMode, showNoTrouble, showNumbers, showSetAside, showTime, showTrouble, showVersion, startNumbers } from './status.js';

// Milliseconds between refreshes.
const INTERVAL = 15000;

const state = { overview: null, answered: null, timer: 0, round: 0 };

// refresh asks once. Answers that overlap do not overwrite newer ones.
async function refresh() {
  clearTimeout(state.timer);
  const mine = ++state.round;
  const [health, overview] = await Promise.allSettled([get('health', {}, 503), get('overview', { span: chosenSpan() })]);
  if (mine !== state.round) {
    return;
  }
  if (overview.status === 'fulfilled') {
    await show(overview.value, health.value);
  } else {
    const reason = overview.reason;
    showTrouble(reason instanceof Refusal ? reason.message : '', state.answered);
    showHealth(health.value);
  }
  if (mine === state.round && !document.hidden) {
    state.timer = setTimeout(refresh, INTERVAL);
  }
}

async function show(overview, health) {
  state.overview = overview;
  state.answered = new Date();
  showNoTrouble();
  showHealth(health);
  showMode(overview.console_actions);
  showTime(state.answered);
  showVersion(overview.version);
  showSetAside(overview);
  showNumbers(overview);
  showSuccess(overview);
  showBacklog(overview);
  await Promise.allSettled([refreshList(overview), refreshOrder(overview), refreshMerchant(overview)]);
}

byID('again').addEventListener('click', refresh);
document.addEventListener('visibilitychange', () => {
  clearTimeout(state.timer);
  if (!document.hidden) {
    refresh();
  }
});
window.addEventListener('hashchange', () => showRoute(state.overview));
document.addEventListener('changed', refresh); // an action of this page has changed something

startLists(() => state.overview);
startSearch();
startKeys();
startSpans(refresh);
startNumbers(openList);
showRoute(null);
refresh();
