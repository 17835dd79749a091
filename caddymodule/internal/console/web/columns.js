// What the lists tell of orders, notifications and merchants.

import { mayResend, pauseMerchant, resendOne, resumeMerchant } from './deeds.js';
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
      node: (n) => button(say('resend'), 'small', () => resendOne(n)),
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
