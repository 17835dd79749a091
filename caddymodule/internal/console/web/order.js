// One order: its numbers, what its state means, and everything that happened.

import { callAgain, dealWithOrder, mayCallAgain, mayResend, mayRetry, pauseMerchant, resendOne, resumeMerchant, retryRefund } from './actions.js';
import { get } from './api.js';
import { pauseText } from './columns.js';
import { button, byID, make, reconcile, setClass, setText } from './dom.js';
import { showEvents } from './events.js';
import { count, due, stamp, t, term, yuan } from './i18n.js';
import { PartStatus } from './partstatus.js';
import { merchantLink } from './route.js';
import states from './states.js';
import { showUnreadable } from './unreadable.js';

// shown is the order that is shown, as the address names it, and round counts how
// often it was asked for.
let shown = null;
let round = 0;

const status = new PartStatus(byID('orderstatus'));

// openOrder goes to an order and shows it. Neither the page nor the focus moves when the
// answer is there: somebody may be clicking or typing by then.
export async function openOrder(order, overview) {
  shown = order;
  clear(t('order_title', { order: order.number }));
  status.load();
  byID('ordermerchant').href = merchantLink(order.merid); // of the order before, a refusal would leave it
  byID('order').hidden = false;
  byID('ordertitle').focus({ preventScroll: true });
  byID('order').scrollIntoView();
  await refreshOrder(overview);
}

// closeOrder shows no order.
export function closeOrder() {
  shown = null;
  byID('order').hidden = true;
}

function clear(title) {
  setText(byID('ordertitle'), title);
  for (const id of ['orderstate', 'about', 'actions', 'facts', 'events']) {
    byID(id).replaceChildren();
  }
  showUnreadable(byID('orderunreadable'));
}

// refreshOrder shows the order as it is now. Of answers that overlap, the one that
// was asked for last counts.
export async function refreshOrder(overview) {
  const order = shown;
  if (!order) {
    return;
  }
  const mine = ++round;
  const late = () => mine !== round || order !== shown;
  try {
    const answer = await get('order', order);
    if (!late()) {
      status.answer();
      showOrder(answer, overview);
    }
  } catch (reason) {
    if (!late()) {
      status.fail(reason, clear);
    }
  }
}

// factsOf are what is known of a state; of one that is newer than this page, nothing.
const factsOf = (state) => states[state] || { tone: '', watched: false };

function showOrder({ order, notification, events, unreadable }, overview) {
  setText(byID('ordertitle'), t('order_title', { order: order.orderid }));
  setText(byID('orderstate'), term('state', order.state));
  setClass(byID('orderstate'), 'pill ' + factsOf(order.state).tone);
  setText(byID('about'), about(order));
  byID('ordermerchant').href = merchantLink(order.merid);
  const pause = overview && overview.paused.find((m) => m.merid === order.merid);
  showFacts(order, notification, pause);
  showActions(order, notification, pause, overview);
  showEvents(order, events);
  showUnreadable(byID('orderunreadable'), unreadable);
}

// closer ends the name of what is said of an order's state where there is more to say.
function closer(order) {
  if (order.dealt) return '_dealt';
  if (order.unpaid) return '_unpaid';
  if (order.unsent) return '_unsent';
  return factsOf(order.state).watched && order.next_at ? '_watched' : '';
}

// about explains the state of an order.
function about(order) {
  const purged = order.purged_at ? t('about_purged', { purged: stamp(order.purged_at) }) : '';
  return t('about.' + order.state + closer(order), {
    expires: stamp(order.expires_at), next: due(order.next_at), tries: count(order.tries), paid: stamp(order.paid_at),
    settled: stamp(order.settled_at), refund: order.refund_no || '–', message: order.words || t('no_gateway_message'),
  }) + purged;
}

// FACTS are the rows of the list of facts; what is empty is left out.
const FACTS = [
  ['amount', (o) => yuan(o.amount_fen)],
  ['merid', (o) => o.merid],
  ['action', (o) => o.action],
  ['created', (o) => stamp(o.created_at)],
  ['sent', (o) => o.sent_at && stamp(o.sent_at)],
  ['paid', (o) => o.paid_at && stamp(o.paid_at)],
  ['settled', (o) => o.settled_at && stamp(o.settled_at)],
  ['expires', (o) => stamp(o.expires_at)],
  ['next', (o) => o.next_at && due(o.next_at)],
  ['queryid', (o) => o.queryid],
  ['order_no', (o) => o.order_no],
  ['gateway_no', (o) => o.gateway_no],
  ['refund_no', (o) => o.refund_no],
  ['gateway_merchant', (o) => o.gateway_merchant],
  ['trace_id', (o) => o.trace_id],
  ['gateway_message', (o) => o.words],
  ['notification', (o, n) => (n ? rest(n) : !o.purged_at && t('owes_none'))],
  ['host', (o, n) => n && n.host],
  ['pause', (o, n, pause) => pause && pauseText(pause.pause)],
];

// rest says how a notification stands.
function rest(n) {
  return term('notification', n.state) + ' – ' + t('rest.' + n.state, { next: due(n.due_at), n: count(n.attempts) });
}

function showFacts(order, notification, pause) {
  const rows = FACTS.map(([name, of]) => [name, of(order, notification, pause)]).filter(([, text]) => text);
  reconcile(byID('facts'), rows, ([name]) => name, ([name]) => make('div', {}, make('dt', {}, t(name)), make('dd')),
    (row, [, text]) => setText(row.lastChild, text));
}

// showActions offers what may be done. The buttons stay the same as long as they
// mean the same.
function showActions(order, notification, pause, overview) {
  const offered = [];
  if (notification && mayResend(overview, notification)) {
    offered.push(['resend', () => resendOne(order)]);
    if (notification.state === 'exhausted') {
      offered.push(['dealt_notification', () => dealWithOrder(order, 'notification')]);
    }
  }
  if (notification && mayCallAgain(overview, notification, order)) {
    offered.push(['again', () => callAgain(order)]);
  }
  if (mayRetry(overview, order)) {
    offered.push(['retry_refund', () => retryRefund(order)], ['dealt_refund', () => dealWithOrder(order, 'refund')]);
  }
  if (overview && overview.console_actions) {
    offered.push(pause ? ['resume_merchant', () => resumeMerchant(order.merid)] : ['pause_merchant', () => pauseMerchant(order.merid)]);
  }
  reconcile(byID('actions'), offered, ([name]) => name + order.merid + order.orderid, ([name, act]) => button(t(name), 'quiet', act), () => {});
}
