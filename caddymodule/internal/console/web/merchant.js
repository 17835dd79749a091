// One merchant: how its payments end, how long things take, its notifications, where
// its orders go, and why its requests are refused.

import { pauseMerchant, resumeMerchant } from './actions.js';
import { get } from './api.js';
import { pauseText } from './columns.js';
import { button, byID, make, reconcile, setClass, setText } from './dom.js';
import { attemptText } from './events.js';
import { count, stamp, t, term, took } from './i18n.js';
import { routeText } from './moving.js';
import { PartStatus } from './partstatus.js';
import { listLink } from './route.js';
import { clearWay, refreshWay } from './way.js';

// LINKS are the lists that tell more of a merchant.
const LINKS = ['orders', 'notifications', 'sums', 'refused', 'changes'];

let shown = '';
let round = 0;

const status = new PartStatus(byID('merchantstatus'));

// openMerchant goes to a merchant and shows it, as with orders.
export async function openMerchant(merid, overview) {
  shown = merid;
  setText(byID('merchanttitle'), t('merchant_title', { merid }));
  for (const id of ['merchantactions', 'merchantfacts', 'merchantcauses', 'merchantstate']) {
    byID(id).replaceChildren();
  }
  byID('merchantlinks').replaceChildren(...LINKS.map((list) => make('li', {}, make('a', { href: listLink(list, { merid }) }, t('list.' + list)))));
  clearWay();
  status.load();
  byID('merchant').hidden = false;
  byID('merchanttitle').focus({ preventScroll: true });
  byID('merchant').scrollIntoView();
  await refreshMerchant(overview);
}

// closeMerchant shows no merchant.
export function closeMerchant() {
  shown = '';
  byID('merchant').hidden = true;
}

// refreshMerchant shows the merchant as it is now.
export async function refreshMerchant(overview) {
  const merid = shown;
  if (!merid) {
    return;
  }
  const mine = ++round;
  const late = () => mine !== round || merid !== shown;
  const refuse = (text) => setText(byID('merchanttitle'), text);
  try {
    const answer = await get('merchant', { merid });
    if (late()) {
      return;
    }
    status.answer();
    show(answer, overview);
    if (answer.route) {
      await refreshWay(merid, late, refuse);
    }
  } catch (reason) {
    if (!late()) {
      status.fail(reason, refuse);
    }
  }
}

const percent = (part, whole) => (whole ? Math.round((1000 * part) / whole) / 10 + ' %' : '–');

const durations = (d) => (d.count ? t('durations', { median: took(d.median_ms), most: took(d.most_ms), n: count(d.count) }) : '–');

// FACTS are the rows of the list of facts; what is empty is left out.
const FACTS = [
  ['gateway_merchant', (m) => m.gateway_merchant || t('not_configured')],
  ['suite', (m) => m.suite],
  ['rate', ({ orders: o }) => t('rate_of', { rate: percent(o.paid, o.paid + o.unpaid), paid: count(o.paid), unpaid: count(o.unpaid), n: count(o.orders) })],
  ['route', (m) => m.route && routeText(m.route)],
  ['today_old_day', (m) => m.route && count(m.old_orders.orders)],
  ['gateway_took', (m) => durations(m.gateway_took)],
  ['acknowledged', (m) => durations(m.acknowledged)],
  ['merchant_took', (m) => durations(m.merchant_took)],
  ['notification', (m) => Object.entries(m.notifications).map(([state, n]) => term('notification', state) + ' ' + count(n)).join(t('comma')) || '–'],
  ['pause', (m) => m.pause && pauseText(m.pause)],
  ['kept_forms', (m) => m.kept_until && t('kept_until', { n: count(m.kept), at: stamp(m.kept_until) })],
  ['seen_since', (m) => (m.seen_since ? stamp(m.seen_since) : '–')],
];

function show(m, overview) {
  setText(byID('merchanttitle'), t('merchant_title', { merid: m.merid }));
  setText(byID('merchantstate'), t(m.pause ? 'list.paused' : 'notified'));
  setClass(byID('merchantstate'), m.pause ? 'pill note' : 'pill');
  const rows = FACTS.map(([name, of]) => [name, of(m)]).filter(([, text]) => text);
  reconcile(byID('merchantfacts'), rows, ([name]) => name, ([name]) => make('div', {}, make('dt', {}, t(name)), make('dd')),
    (row, [, text]) => setText(row.lastChild, text));
  const causes = [
    ...m.failures.map((f) => [t('pair', { name: t('notification'), text: attemptText(f) }), f.times]),
    ...m.refused.map((r) => [t('pair', { name: t('list.refused'), text: r.means }), r.times]),
  ];
  reconcile(byID('merchantcauses'), causes, ([text]) => text, () => make('li'), (item, [text, n]) => setText(item, text + t('times', { n: count(n) })));
  const act = m.pause ? ['resume_merchant', resumeMerchant] : ['pause_merchant', pauseMerchant];
  const offered = overview && overview.console_actions && (m.pause || m.configured) ? [act] : [];
  reconcile(byID('merchantactions'), offered, ([name]) => name + m.merid, ([name, does]) => button(t(name), 'quiet', () => does(m.merid)), () => {});
}
