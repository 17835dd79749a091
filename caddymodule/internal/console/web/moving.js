// Where merchants' new orders go, and what changes that.

import { get, post } from './api.js';
import { merchantColumn } from './columns.js';
import { ask } from './dialog.js';
import { button, make } from './dom.js';
import { count, stamp, t, term } from './i18n.js';

// SHARES are the shares of new orders, in percent, that are offered; the command line
// takes any other, and a choice of actions.
const SHARES = [1, 5, 20, 50, 100];

// CHOICES are the routes that are offered, in the order in which a merchant goes
// through them.
const CHOICES = [{ route: 'old' }, { route: 'shadow' }, ...SHARES.map((percent) => ({ route: 'v2', percent }))];

// routeColumns are those of merchants' routes, with what may be done.
export function routeColumns(overview) {
  return [
    merchantColumn,
    {
      label: 'route', text: (m) => routeText(m) + '\n' + reasonText(m),
      node: (m) => make('span', {}, routeText(m), make('small', {}, reasonText(m))),
    },
    todayColumn('today_old', (m) => [m.old, m.answers.old]),
    todayColumn('today_v2', (m) => [m.v2, m.answers.v2]),
    {
      label: 'readiness', text: (m) => (m.verdict ? term('verdict', m.verdict) : '–'),
      node: (m) => make('span', { class: m.verdict && 'pill ' + toneOf(m.verdict) }, m.verdict ? term('verdict', m.verdict) : '–'),
    },
    { label: 'seen_since', class: 'time', text: (m) => (m.seen_since ? stamp(m.seen_since) : '–') },
    {
      label: 'actions', class: 'action',
      text: (m) => (overview().console_actions && m.configured ? t('change_route') : ''),
      node: (m) => button(t('change_route'), 'small', () => changeRoute(m)),
    },
  ];
}

// routeText is a route in few words: its name, its share and its actions.
export function routeText({ route, percent, actions }) {
  const share = percent ? percent + ' %' : '';
  return [term('mode', route), share, (actions || []).join(t('comma'))].filter(Boolean).join(' · ');
}

function reasonText(m) {
  return m.origin === 'default' ? t('origin.default') : t('origin.' + m.origin, { at: m.at ? stamp(m.at) : '–', who: m.by === 'guard' ? t('guard') : m.who || '–', why: m.why });
}

const TONES = { ready: 'good', look: 'note', not_ready: 'bad', warn: 'note', fail: 'bad' };

// toneOf is the class of a verdict, or of the level of a reason for it.
export const toneOf = (verdict) => TONES[verdict] || '';

const share = (part, whole) => Math.round((1000 * part) / whole) / 10 + ' %';

// todayColumn has the orders of one side, and how many of them went well.
function todayColumn(label, of) {
  const good = (m) => {
    const [{ paid, unpaid }, { payments: n, refused }] = of(m);
    return [n && t('accepted', { rate: share(n - refused, n), n: count(n) }), paid + unpaid > 0 && t('paid_rate', { rate: share(paid, paid + unpaid) })]
      .filter(Boolean).join(t('comma'));
  };
  return {
    label, class: 'sum', text: (m) => count(of(m)[0].orders) + '\n' + good(m),
    node: (m) => make('span', {}, count(of(m)[0].orders), make('small', {}, good(m))),
  };
}

// changeRoute asks where a merchant's new orders are to go.
function changeRoute(m) {
  ask({
    title: t('route_title', { merid: m.merid }),
    confirm: t('change_route'),
    choices: CHOICES.map(routeText),
    preview: async () => {
      const { items: [now] } = await get('routes', { merid: m.merid }); // it may have changed since it was listed
      if (!now) {
        return { lines: [t('not_configured')], possible: false };
      }
      return { lines: [t('route_now', { route: routeText(now) }), t('route_means')], possible: true };
    },
    act: async ({ who, why, choice }) => {
      const now = await post('merchants/route', { merid: m.merid, ...CHOICES[choice], why }, who);
      return [t('routed_now', { merid: m.merid, route: routeText(now) })];
    },
  });
}
