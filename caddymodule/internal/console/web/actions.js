// What an operator can do from here. Each action first shows what it would do, and
// the server decides whether it may be done.

import { get, post } from './api.js';
import { ask } from './dialog.js';
import { count, stamp, t, term, yuan } from './i18n.js';
import states from './states.js';
import { unreadableText } from './unreadable.js';

// How many of those that would be sent again are named.
const NAMED = 5;
// The most that the API lists at once.
const LISTED = 500;

// mayResend reports whether a notification can be offered to be sent again.
export function mayResend(overview, n) {
  const paused = overview && overview.paused.some((m) => m.merid === n.merid);
  return Boolean(overview && overview.console_actions) && !paused && (n.state === 'exhausted' || n.state === 'paused');
}

// resendOne sends the notification of one order again.
export function resendOne({ merid, orderid }) {
  resend(t('resend_title', { order: orderid }), { merid, orderid });
}

// mayCallAgain reports whether one more call can be offered about a payment that the
// merchant has acknowledged.
export function mayCallAgain(overview, n, order) {
  const paused = overview && overview.paused.some((m) => m.merid === n.merid);
  return Boolean(overview && overview.console_actions) && !paused && n.state === 'delivered' && order.state === 'paid';
}

// callAgain makes one call about a payment that the merchant has acknowledged.
export function callAgain({ merid, orderid }) {
  const which = { merid, orderid, again: true };
  ask({
    title: t('again_title', { order: orderid }),
    confirm: t('again_confirm'),
    preview: async () => {
      const found = await post('notifications/resend', { ...which, dry_run: true });
      return { lines: [found.warning, t('again_means'), ...refusedLines(found)], possible: found.count > 0 };
    },
    act: async ({ who, why }) => {
      const made = await post('notifications/resend', { ...which, why }, who);
      return made.call ? [t('again_made', { n: count(made.call.attempt.n), class: term('class', made.call.attempt.class) }), t('again_ends')] : refusedLines(made);
    },
  });
}

// resendMerchant sends all exhausted notifications of a merchant again.
export function resendMerchant(merid) {
  resend(t('resend_all_title', { merid }), { merid, state: 'exhausted' });
}

function resend(title, which) {
  ask({
    title,
    confirm: t('resend'),
    preview: async () => {
      const found = await post('notifications/resend', { ...which, dry_run: true });
      return { lines: resendLines('would_send', found), possible: found.count > 0 };
    },
    act: async ({ who, why }) => resendLines('sent_again', await post('notifications/resend', { ...which, why }, who)),
  });
}

// resendLines tells what is, or would be, sent again and what is not.
function resendLines(word, found) {
  const lines = [t(word, { n: count(found.count) })];
  for (const n of found.items.slice(0, NAMED)) {
    lines.push(t('resend_item', { order: n.orderid, merid: n.merid, host: n.host, n: count(n.attempts) }));
  }
  if (found.count > NAMED) {
    lines.push(t('and_others', { n: count(found.count - NAMED) }));
  }
  if (found.last_due && found.count > 1) {
    lines.push(t('last_due', { at: stamp(found.last_due) }));
  }
  lines.push(...refusedLines(found));
  lines.push(...(found.unreadable || []).slice(0, NAMED).map(unreadableText));
  if ((found.unreadable || []).length > NAMED) {
    lines.push(t('and_others', { n: count(found.unreadable.length - NAMED) }));
  }
  return found.more ? [...lines, t('ask_again')] : lines;
}

const refusedLines = (found) => found.refused.slice(0, NAMED).map((r) => t('not_sent', { order: r.orderid, reason: r.reason }));

const mayBeRetried = (order) => Boolean(states[order.state] && states[order.state].retry);

// mayRetry reports whether a refund can be offered to be tried again.
export function mayRetry(overview, order) {
  return Boolean(overview && overview.console_actions) && mayBeRetried(order);
}

// retryRefund tries the refund of an order again.
export function retryRefund({ merid, orderid }) {
  ask({
    title: t('retry_title', { order: orderid }),
    confirm: t('retry_refund'),
    preview: async () => {
      const { order } = await post('orders/refund', { merid, orderid, dry_run: true });
      return { lines: [t('retry_means', { refund: order.refund_no, amount: yuan(order.amount_fen) })], possible: true };
    },
    act: async ({ who, why }) => {
      const { order } = await post('orders/refund', { merid, orderid, why }, who);
      const lines = [t('retried', { order: orderid, state: term('state', order.state) })];
      return order.words && mayBeRetried(order) ? [...lines, order.words] : lines;
    },
  });
}

// MATTERS say what it means that a matter of an order is dealt with.
const MATTERS = {
  refund: { title: 'deal_refund', means: 'deal_refund_means' },
  notification: { title: 'deal_notification', means: 'deal_notification_means' },
};

// dealWithOrder takes a matter of an order, refund or notification, off the list.
export function dealWithOrder({ merid, orderid }, matter) {
  const { title, means } = MATTERS[matter];
  ask({
    title: t(title, { order: orderid }),
    confirm: t('dealt'),
    preview: async () => ({ lines: [t('deal_means'), t(means)], possible: true }),
    act: async ({ who, why }) => {
      await post('orders/deal', { merid, orderid, matter, why }, who);
      return [t('dealt_now')];
    },
  });
}

// dealWithMessage takes a message in quarantine off the list.
export function dealWithMessage({ id, cause, order_no: number, amount, state }) {
  ask({
    title: t('deal_message', { id }),
    confirm: t('dealt'),
    preview: async () => {
      const names = [number, amount && '¥' + amount, state].filter(Boolean).join(t('comma'));
      return { lines: [names, cause, t('deal_means')].filter(Boolean), possible: true };
    },
    act: async ({ who, why }) => {
      await post('quarantine/deal', { id, why }, who);
      return [t('dealt_now')];
    },
  });
}

// pauseMerchant keeps a merchant's notifications back.
export function pauseMerchant(merid) {
  ask({
    title: t('pause_title', { merid }),
    confirm: t('pause'),
    preview: async () => ({ lines: [t('pause_means'), await howMany(merid, 'waiting')], possible: true }),
    act: async ({ who, why }) => {
      await post('merchants/pause', { merid, why }, who);
      return [t('paused_now', { merid })];
    },
  });
}

// resumeMerchant sends what was kept back.
export function resumeMerchant(merid) {
  ask({
    title: t('resume_title', { merid }),
    confirm: t('resume'),
    preview: async () => ({ lines: [t('resume_means'), await howMany(merid, 'paused')], possible: true }),
    act: async ({ who, why }) => {
      const { resumed } = await post('merchants/resume', { merid, why }, who);
      return [t('resumed_now', { merid, n: count(resumed) })];
    },
  });
}

async function howMany(merid, state) {
  const { items, next, unreadable } = await get('notifications', { merid, state, limit: LISTED });
  return t(next || unreadable ? 'at_least' : 'exactly', { n: count(items.length), state: term('notification', state) });
}
