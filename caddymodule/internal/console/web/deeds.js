// What an operator can do from here. Each deed first shows what it would do, and
// the server decides whether it may be done.

import { get, post } from './api.js';
import { ask } from './dialog.js';
import { count, say, stamp, term } from './say.js';

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
  resend(say('resend_title', { order: orderid }), { merid, orderid });
}

// resendMerchant sends all exhausted notifications of a merchant again.
export function resendMerchant(merid) {
  resend(say('resend_all_title', { merid }), { merid, state: 'exhausted' });
}

function resend(title, which) {
  ask({
    title,
    deed: say('resend'),
    preview: async () => {
      const found = await post('notifications/resend', { ...which, dry_run: true });
      return { lines: resendLines('would_send', found), possible: found.count > 0 };
    },
    act: async ({ who, why }) => resendLines('sent_again', await post('notifications/resend', { ...which, why }, who)),
  });
}

// resendLines tells what is, or would be, sent again and what is not.
function resendLines(word, found) {
  const lines = [say(word, { n: count(found.count) })];
  for (const n of found.items.slice(0, NAMED)) {
    lines.push(say('resend_item', { order: n.orderid, merid: n.merid, host: n.host, n: count(n.attempts) }));
  }
  if (found.count > NAMED) {
    lines.push(say('and_others', { n: count(found.count - NAMED) }));
  }
  if (found.last_due && found.count > 1) {
    lines.push(say('last_due', { at: stamp(found.last_due) }));
  }
  for (const refused of found.refused.slice(0, NAMED)) {
    lines.push(say('not_sent', { order: refused.orderid, reason: refused.reason }));
  }
  return found.more ? [...lines, say('ask_again')] : lines;
}

// pauseMerchant keeps a merchant's notifications back.
export function pauseMerchant(merid) {
  ask({
    title: say('pause_title', { merid }),
    deed: say('pause'),
    preview: async () => ({ lines: [say('pause_means'), await howMany(merid, 'waiting')], possible: true }),
    act: async ({ who, why }) => {
      await post('merchants/pause', { merid, why }, who);
      return [say('paused_now', { merid })];
    },
  });
}

// resumeMerchant sends what was kept back.
export function resumeMerchant(merid) {
  ask({
    title: say('resume_title', { merid }),
    deed: say('resume'),
    preview: async () => ({ lines: [say('resume_means'), await howMany(merid, 'paused')], possible: true }),
    act: async ({ who, why }) => {
      const { resumed } = await post('merchants/resume', { merid, why }, who);
      return [say('resumed_now', { merid, n: count(resumed) })];
    },
  });
}

async function howMany(merid, state) {
  const { items, next } = await get('notifications', { merid, state, limit: LISTED });
  return say(next ? 'at_least' : 'exactly', { n: count(items.length), state: term('notification', state) });
}
