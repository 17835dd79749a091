// The head of the page: whether the bridge is ready, how old the page is, and how
// much there is to do.

import { byID, make, reconcile, setClass, setText } from './dom.js';
import { count, second, span, t, zone } from './i18n.js';

// showHealth shows whether payments can be sent, and what stands in the way or somebody
// should look at. It is unknown when nobody could say.
export function showHealth(health) {
  if (!health) {
    tellReady('unknown', 'bad');
    return;
  }
  const ready = health.status === 'ready';
  const found = health.checks.filter((check) => check.level !== 'ok');
  tellReady(ready ? 'ready' : 'not_ready', ready ? 'good' : 'bad');
  byID('reasons').hidden = found.length === 0;
  setClass(byID('reasons'), ready ? 'note' : '');
  reconcile(byID('reasons'), found, (check) => check.name, () => make('li'), (item, check) => {
    setText(item, [t('pair', { name: check.name, text: check.detail }), check.advice].filter(Boolean).join(' – '));
  });
}

function tellReady(name, mood) {
  setText(byID('ready'), t(name));
  setClass(byID('ready'), 'pill ' + mood);
}

// showSetAside says that rows cannot be read and wait for somebody to repair them.
export function showSetAside(overview) {
  const n = overview.gauges.set_aside;
  byID('setaside').hidden = n === 0;
  setText(byID('setaside'), n === 0 ? '' : t('set_aside', { n: count(n) }));
}

// showMode shows whether this page may make changes.
export function showMode(actions) {
  setText(byID('mode'), t(actions ? 'mode_actions' : 'mode_read'));
  setClass(byID('mode'), actions ? 'pill note' : 'pill');
  byID('mode').hidden = false;
}

// showTime tells how old the page is and in which zone its times are.
export function showTime(at) {
  setText(byID('asof'), t('asof', { time: second(at), zone: zone(at) }));
}

// showVersion tells which version answers.
export function showVersion(version) {
  setText(byID('version'), t('version', version));
}

// showTrouble says that the bridge cannot be asked; sentence is what was answered instead,
// if anything was, and since is when the bridge last answered.
export function showTrouble(sentence, since) {
  const what = sentence || t('unreachable');
  const old = since ? t('old', { time: second(since) }) : t('nothing_yet');
  setText(byID('trouble'), what + ' ' + old + ' ' + t('retries'));
  byID('trouble').hidden = false;
  document.body.classList.add('stale');
}

// showNoTrouble takes that back.
export function showNoTrouble() {
  byID('trouble').hidden = true;
  setText(byID('trouble'), '');
  document.body.classList.remove('stale');
}

// NUMBERS are the numbers of the overview: the list that tells more, how many,
// the mood of any, and what else there is to say.
const NUMBERS = [
  { list: 'in_doubt', mood: 'note', of: (o) => stateOf(o, 'in_doubt').count, more: (o) => oldest(o, stateOf(o, 'in_doubt').oldest_at) },
  { list: 'overdue_orders', mood: 'bad', of: (o) => o.gauges.overdue_orders, more: () => '' },
  { list: 'waiting', mood: '', of: (o) => o.gauges.waiting, more: () => '' },
  {
    list: 'overdue_notifications', mood: 'bad', of: (o) => o.gauges.overdue_notifications,
    more: (o) => (o.gauges.overdue_notifications ? oldest(o, o.gauges.oldest_due_at) : ''),
  },
  { list: 'exhausted', mood: 'note', of: (o) => o.gauges.open_notifications, more: () => '' },
  { list: 'refund_failed', mood: 'bad', of: (o) => o.gauges.open_refunds, more: () => '' },
  { list: 'quarantine', mood: 'bad', of: (o) => o.gauges.open_quarantine, more: () => '' },
  {
    list: 'paused', mood: 'note', of: (o) => o.paused.length,
    more: (o) => (o.gauges.paused ? t('kept_back', { n: count(o.gauges.paused) }) : ''),
  },
];

const stateOf = (overview, state) => overview.gauges.orders[state] || { count: 0 };

function oldest(overview, at) {
  return at ? t('oldest', { span: span(new Date(overview.at) - new Date(at)) }) : '';
}

// OPEN are the numbers that wait for somebody. The title of the page counts them, and every
// order once.
const OPEN = ['in_doubt', 'overdue_orders', 'overdue_notifications', 'exhausted', 'refund_failed', 'quarantine'];

function showOpen(overview) {
  const twice = overview.gauges.overdue_twice;
  const open = NUMBERS.filter(({ list }) => OPEN.includes(list)).reduce((n, number) => n + number.of(overview), -twice);
  const title = (open > 0 ? '(' + count(open) + ') ' : '') + t('title');
  if (document.title !== title) {
    document.title = title;
  }
}

// startNumbers shows that numbers are to come, in their place, so that nothing moves down
// when they do. open(list) is called when one is pressed.
export function startNumbers(open) {
  reconcile(byID('numbers'), NUMBERS, (number) => number.list, (number) => tile(number, open), (item) => setText(item.querySelector('strong'), '–'));
}

// showNumbers shows the numbers.
export function showNumbers(overview) {
  showOpen(overview);
  reconcile(byID('numbers'), NUMBERS, (number) => number.list, null, (item, number) => {
    const n = number.of(overview);
    const [figure, , more] = item.firstChild.children;
    setText(figure, count(n));
    setText(more, number.more(overview));
    setClass(item, n > 0 ? number.mood : '');
  });
}

function tile(number, open) {
  const made = make('button', { type: 'button' }, make('strong'), make('span', {}, t('list.' + number.list)), make('small'));
  made.addEventListener('click', () => open(number.list));
  return make('li', {}, made);
}
