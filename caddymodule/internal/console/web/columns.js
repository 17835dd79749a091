// What the lists tell of orders, notifications and merchants.

import { dealWithMessage, dealWithOrder, mayResend, mayRetry, pauseMerchant, resendOne, resumeMerchant, retryRefund } from './actions.js';
import { button, make } from './dom.js';
import { count, due, stamp, t, term, yuan } from './i18n.js';
import { attemptText, stepText } from './events.js';
import { merchantLink, orderLink } from './route.js';

const orderColumn = {
  label: 'order', class: 'number',
  text: (o) => o.merid + ' ' + o.orderid,
  node: (o) => make('span', {}, make('a', { href: orderLink(o.merid, o.orderid) }, o.orderid), make('small', {}, merchantNode(o))),
};

const merchantNode = ({ merid }) => make('a', { href: merchantLink(merid) }, merid);

// merchantColumn leads to a merchant.
export const merchantColumn = { label: 'merid', class: 'merid', text: (m) => m.merid, node: merchantNode };

// orderColumns are those of orders.
export const orderColumns = [
  orderColumn,
  { label: 'amount', class: 'sum', text: (o) => yuan(o.amount_fen) },
  { label: 'action', text: (o) => o.action },
  {
    label: 'state', text: (o) => [term('state', o.state), o.words].filter(Boolean).join('\n'),
    node: (o) => make('span', {}, term('state', o.state), ...(o.words ? [make('small', {}, o.words)] : [])),
  },
  { label: 'created', class: 'time', text: (o) => stamp(o.created_at) },
  { label: 'next', class: 'time', text: (o) => (o.next_at ? due(o.next_at) : '–') },
  { label: 'tries', class: 'sum', text: (o) => count(o.tries) },
];

// failureText says why the newest call of a merchant was not acknowledged.
const failureText = (n) => (n.class && n.class !== 'ok' ? attemptText(n) : '');

// changeColumns are those of what people did.
export const changeColumns = [
  { label: 'time', class: 'time', text: (c) => stamp(c.at) },
  { label: 'who_did', class: 'number', text: (c) => c.who },
  {
    label: 'what', text: (c) => term('change', c.what) + '\n' + stepText(c),
    node: (c) => make('span', {}, term('change', c.what), make('small', {}, stepText(c))),
  },
  {
    label: 'about', class: 'number', text: (c) => [c.merid, c.orderid].filter(Boolean).join(' '),
    node: (c) => (c.orderid ? orderColumn.node(c) : merchantNode(c)),
  },
  { label: 'why', text: (c) => c.why },
];

// notificationColumns are those of notifications, with what may be done.
export function notificationColumns(overview) {
  return [
    orderColumn,
    { label: 'host', class: 'number', text: (n) => n.host },
    {
      label: 'state', text: (n) => term('notification', n.state) + '\n' + failureText(n),
      node: (n) => make('span', {}, term('notification', n.state), make('small', {}, failureText(n))),
    },
    { label: 'attempts', class: 'sum', text: (n) => count(n.attempts) },
    { label: 'recorded', class: 'time', text: (n) => stamp(n.created_at) },
    { label: 'due', class: 'time', text: (n) => (n.state === 'waiting' ? due(n.due_at) : '–') },
    {
      label: 'actions', class: 'action',
      text: (n) => (mayResend(overview(), n) ? t('resend') : ''),
      node: (n) => actionButtons([['resend', () => resendOne(n)], n.state === 'exhausted' && ['dealt', () => dealWithOrder(n, 'notification')]]),
    },
  ];
}

// actionButtons makes the buttons of a row.
function actionButtons(actions) {
  return make('div', { class: 'actions' }, ...actions.filter(Boolean).map(([name, act]) => button(t(name), 'small', act)));
}

// refundColumns are those of orders whose refund failed, with what may be done.
export function refundColumns(overview) {
  return [
    orderColumn,
    { label: 'amount', class: 'sum', text: (o) => yuan(o.amount_fen) },
    { label: 'gateway_message', text: (o) => o.words || t('no_gateway_message') },
    { label: 'settled', class: 'time', text: (o) => stamp(o.settled_at) },
    { label: 'next', class: 'time', text: (o) => (o.next_at ? due(o.next_at) : '–') },
    {
      label: 'actions', class: 'action',
      text: (o) => (mayRetry(overview(), o) ? t('retry_refund') : ''),
      node: (o) => actionButtons([['retry_refund', () => retryRefund(o)], ['dealt', () => dealWithOrder(o, 'refund')]]),
    },
  ];
}

const nothing = '–';

// quarantineColumns are those of messages in quarantine, with what may be done.
export function quarantineColumns(overview) {
  return [
    {
      label: 'order', class: 'number',
      text: (q) => (q.merid || q.gateway_merchant || nothing) + ' ' + (q.orderid || q.order_no || q.refund_no || nothing),
      node: (q) => (q.orderid ? orderColumn.node(q)
        : make('span', {}, q.order_no || q.refund_no || nothing, make('small', {}, t('order_unknown', { merchant: q.gateway_merchant || nothing })))),
    },
    { label: 'amount', class: 'sum', text: (q) => (q.amount ? '¥' + q.amount : nothing) },
    { label: 'v2_state', text: (q) => [q.resp_code, q.state].filter(Boolean).join(' · ') || nothing },
    { label: 'cause', text: (q) => q.means },
    { label: 'gateway_no', class: 'number', text: (q) => q.gateway_no || nothing },
    { label: 'last', class: 'time', text: (q) => stamp(q.last_at) + (q.times > 1 ? t('times', { n: count(q.times) }) : '') },
    {
      label: 'actions', class: 'action',
      text: () => (overview().console_actions ? t('dealt') : ''),
      node: (q) => button(t('dealt'), 'small', () => dealWithMessage(q)),
    },
  ];
}

// sumColumns are those of what moved for a merchant on a day.
export const sumColumns = [
  { label: 'day', class: 'number', text: (s) => s.day },
  merchantColumn,
  { label: 'payments', class: 'sum', text: (s) => count(s.payments) },
  { label: 'sum_paid', class: 'sum', text: (s) => yuan(s.paid_fen) },
  { label: 'refunds', class: 'sum', text: (s) => count(s.refunds) },
  { label: 'sum_refunded', class: 'sum', text: (s) => yuan(s.refunded_fen) },
];

// merchantColumns are those of merchants, with what may be done.
export function merchantColumns(overview) {
  const action = (m) => (m.pause ? 'resume' : 'pause');
  return [
    merchantColumn,
    { label: 'gateway_merchant', class: 'number', text: (m) => m.gateway_merchant || t('not_configured') },
    { label: 'suite', text: (m) => m.suite || '–' },
    { label: 'state', text: (m) => (m.pause ? pauseText(m.pause) : t('notified')) },
    {
      label: 'actions', class: 'action',
      text: (m) => (overview().console_actions && (m.pause || m.configured) ? t(action(m)) : ''),
      node: (m) => button(t(action(m)), 'small', () => (m.pause ? resumeMerchant(m.merid) : pauseMerchant(m.merid))),
    },
  ];
}

// refusalColumns are those of why requests were refused in the last day.
export const refusalColumns = [
  { label: 'merid', class: 'merid', text: (r) => r.merid || t('merchant_unknown'), node: (r) => (r.merid ? merchantNode(r) : t('merchant_unknown')) },
  { label: 'refused_times', class: 'sum', text: (r) => count(r.times) },
  { label: 'cause', text: (r) => r.means, node: (r) => make('span', {}, r.means, make('small', {}, r.cause)) },
  { label: 'last', class: 'time', text: (r) => stamp(r.last_at) },
];

// pauseText tells of a pause.
export function pauseText(pause) {
  return t('paused_by', { at: stamp(pause.at), who: pause.who, why: pause.why });
}
