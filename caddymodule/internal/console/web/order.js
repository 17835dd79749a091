// The story of one order: its numbers, what its state means, and everything that
// happened.

import { get, Refusal } from './api.js';
import { pauseText } from './columns.js';
import { dealWithOrder, mayResend, mayRetry, pauseMerchant, resendOne, resumeMerchant, retryRefund } from './deeds.js';
import { button, byID, keep, look, make, write } from './dom.js';
import { showEvents } from './events.js';
import { count, due, say, stamp, term, yuan } from './say.js';

// shown is the order that is shown, as the address names it, and round counts how
// often it was asked for.
let shown = null;
let round = 0;

// openOrder shows an order and goes there.
export async function openOrder(order, overview) {
  shown = order;
  clear(say('loading'));
  byID('order').hidden = false;
  await refreshOrder(overview);
  if (order !== shown) {
    return; // somebody has gone elsewhere
  }
  byID('ordertitle').focus({ preventScroll: true });
  byID('order').scrollIntoView();
}

// closeOrder shows no order.
export function closeOrder() {
  shown = null;
  byID('order').hidden = true;
}

function clear(title) {
  write(byID('ordertitle'), title);
  for (const id of ['orderstate', 'about', 'deeds', 'facts', 'events']) {
    byID(id).replaceChildren();
  }
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
    const story = await get('order', order);
    if (!late()) {
      showStory(story, overview);
    }
  } catch (reason) {
    if (!late() && reason instanceof Refusal) {
      clear(say('refused', { words: reason.message }));
    }
  }
}

// The moods of states; the others have none.
const MOODS = {
  paid: 'good', failed: 'bad', refund_failed: 'bad', in_doubt: 'note', refunding: 'note',
};

function showStory({ order, notification, events }, overview) {
  write(byID('ordertitle'), say('order_title', { order: order.orderid }));
  write(byID('orderstate'), term('state', order.state));
  look(byID('orderstate'), 'pill ' + (MOODS[order.state] || ''));
  write(byID('about'), about(order));
  const pause = overview && overview.paused.find((m) => m.merid === order.merid);
  showFacts(order, notification, pause);
  showDeeds(order, notification, pause, overview);
  showEvents(order, events);
}

// about explains the state of an order.
function about(order) {
  const watched = ['closed', 'failed', 'refund_failed'].includes(order.state) && order.next_at ? '_watched' : '';
  const unpaid = order.unpaid ? '_unpaid' : '';
  return say('about.' + order.state + watched + unpaid, {
    expires: stamp(order.expires_at), next: due(order.next_at), tries: count(order.tries), paid: stamp(order.paid_at),
    settled: stamp(order.settled_at), refund: order.refund_no || '–', words: order.words || say('no_words'),
  });
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
  ['words', (o) => o.words],
  ['notification', (o, n) => (n ? rest(n) : say('owes_none'))],
  ['host', (o, n) => n && n.host],
  ['pause', (o, n, pause) => pause && pauseText(pause.pause)],
];

// rest says how a notification stands.
function rest(n) {
  return term('notification', n.state) + ' – ' + say('rest.' + n.state, { next: due(n.due_at), n: count(n.attempts) });
}

function showFacts(order, notification, pause) {
  const rows = FACTS.map(([name, of]) => [name, of(order, notification, pause)]).filter(([, text]) => text);
  keep(byID('facts'), rows, ([name]) => name, ([name]) => make('div', {}, make('dt', {}, say(name)), make('dd')),
    (row, [, text]) => write(row.lastChild, text));
}

// showDeeds offers what may be done. The buttons stay the same as long as they
// mean the same.
function showDeeds(order, notification, pause, overview) {
  const offered = [];
  if (notification && mayResend(overview, notification)) {
    offered.push(['resend', () => resendOne(order)]);
    if (notification.state === 'exhausted') {
      offered.push(['dealt_notification', () => dealWithOrder(order, 'notification')]);
    }
  }
  if (mayRetry(overview, order)) {
    offered.push(['retry_refund', () => retryRefund(order)], ['dealt_refund', () => dealWithOrder(order, 'refund')]);
  }
  if (overview && overview.console_actions) {
    offered.push(pause ? ['resume_merchant', () => resumeMerchant(order.merid)] : ['pause_merchant', () => pauseMerchant(order.merid)]);
  }
  keep(byID('deeds'), offered, ([name]) => name + order.merid + order.orderid, ([name, act]) => button(say(name), 'quiet', act), () => {});
}
