// What the lists tell of orders, notifications and merchants.

import { dealWithMessage, dealWithOrder, mayRetry, mayResend, pauseMerchant, resendOne, resumeMerchant, retryRefund } from './deeds.js';
import { button, make } from './dom.js';
import { orderLink } from './place.js';
import { count, due, say, stamp, term, yuan } from './say.js';

const orderColumn = {
  label: 'order', look: 'number',
  text: (o) => o.merid + ' ' + o.orderid,
  node: (o) => make('span', {}, make('a', { href: orderLink(o.merid, o.orderid) }, o.orderid), make('small', {}, o.merid)),
};

// orderColumns are those of orders.
export const orderColumns = [
  orderColumn,
  { label: 'amount', look: 'sum', text: (o) => yuan(o.amount_fen) },
  { label: 'state', text: (o) => term('state', o.state) },
  { label: 'created', look: 'time', text: (o) => stamp(o.created_at) },
  { label: 'next', look: 'time', text: (o) => (o.next_at ? due(o.next_at) : '–') },
  { label: 'tries', look: 'sum', text: (o) => count(o.tries) },
];

// notificationColumns are those of notifications, with what may be done.
export function notificationColumns(overview) {
  return [
    orderColumn,
    { label: 'host', look: 'number', text: (n) => n.host },
    { label: 'state', text: (n) => term('notification', n.state) },
    { label: 'attempts', look: 'sum', text: (n) => count(n.attempts) },
    { label: 'recorded', look: 'time', text: (n) => stamp(n.created_at) },
    { label: 'due', look: 'time', text: (n) => (n.state === 'waiting' ? due(n.due_at) : '–') },
    {
      label: 'deeds', look: 'deed',
      text: (n) => (mayResend(overview(), n) ? say('resend') : ''),
      node: (n) => deedsOf([['resend', () => resendOne(n)], n.state === 'exhausted' && ['dealt', () => dealWithOrder(n, 'notification')]]),
    },
  ];
}

// deedsOf makes the buttons of a row.
function deedsOf(deeds) {
  return make('div', { class: 'deeds' }, ...deeds.filter(Boolean).map(([name, act]) => button(say(name), 'small', act)));
}

// refundColumns are those of orders whose refund failed, with what may be done.
export function refundColumns(overview) {
  return [
    orderColumn,
    { label: 'amount', look: 'sum', text: (o) => yuan(o.amount_fen) },
    { label: 'words', text: (o) => o.words || say('no_words') },
    { label: 'settled', look: 'time', text: (o) => stamp(o.settled_at) },
    { label: 'next', look: 'time', text: (o) => (o.next_at ? due(o.next_at) : '–') },
    {
      label: 'deeds', look: 'deed',
      text: (o) => (mayRetry(overview(), o) ? say('retry_refund') : ''),
      node: (o) => deedsOf([['retry_refund', () => retryRefund(o)], ['dealt', () => dealWithOrder(o, 'refund')]]),
    },
  ];
}

const nothing = '–';

// quarantineColumns are those of messages in quarantine, with what may be done.
export function quarantineColumns(overview) {
  return [
    {
      label: 'order', look: 'number',
      text: (q) => (q.merid || q.gateway_merchant || nothing) + ' ' + (q.orderid || q.order_no || q.refund_no || nothing),
      node: (q) => (q.orderid ? orderColumn.node(q)
        : make('span', {}, q.order_no || q.refund_no || nothing, make('small', {}, say('order_unknown', { merchant: q.gateway_merchant || nothing })))),
    },
    { label: 'amount', look: 'sum', text: (q) => (q.amount ? '¥' + q.amount : nothing) },
    { label: 'v2_state', text: (q) => [q.resp_code, q.state].filter(Boolean).join(' · ') || nothing },
    { label: 'cause', text: (q) => q.cause },
    { label: 'gateway_no', look: 'number', text: (q) => q.gateway_no || nothing },
    { label: 'last', look: 'time', text: (q) => stamp(q.last_at) + (q.times > 1 ? ' (' + say('times', { n: count(q.times) }) + ')' : '') },
    {
      label: 'deeds', look: 'deed',
      text: () => (overview().console_actions ? say('dealt') : ''),
      node: (q) => button(say('dealt'), 'small', () => dealWithMessage(q)),
    },
  ];
}

// merchantColumns are those of merchants, with what may be done.
export function merchantColumns(overview) {
  const deed = (m) => (m.pause ? 'resume' : 'pause');
  return [
    { label: 'merid', look: 'number', text: (m) => m.merid },
    { label: 'gateway_merchant', look: 'number', text: (m) => m.gateway_merchant || say('not_configured') },
    { label: 'suite', text: (m) => m.suite || '–' },
    { label: 'state', text: (m) => (m.pause ? pauseText(m.pause) : say('notified')) },
    {
      label: 'deeds', look: 'deed',
      text: (m) => (overview().console_actions && (m.pause || m.configured) ? say(deed(m)) : ''),
      node: (m) => button(say(deed(m)), 'small', () => (m.pause ? resumeMerchant(m.merid) : pauseMerchant(m.merid))),
    },
  ];
}

// pauseText tells of a pause.
export function pauseText(pause) {
  return say('paused_by', { at: stamp(pause.at), who: pause.who, why: pause.why });
}
