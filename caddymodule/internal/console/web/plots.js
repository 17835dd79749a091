// The two plots: how payments end, and how much is waiting.

import { byID } from './dom.js';
import { Plot } from './plot.js';
import { count, say } from './say.js';

// How far apart the points are, in milliseconds: the API counts orders in buckets
// of ten minutes and takes a sample a minute.
const BUCKET = 600000;
const SAMPLE = 60000;
const DAY = 86400000;

const sum = (states, names) => names.reduce((all, name) => all + (states[name] || 0), 0);

// Where orders ended: a refund follows a payment.
const PAID = ['paid', 'refunding', 'refunded', 'refund_failed'];
const UNPAID = ['failed', 'closed'];
const OPEN = ['begun', 'sent', 'pending', 'in_doubt'];

const percent = (value) => Math.round(value * 10) / 10 + ' %';

const success = new Plot(byID('success'), {
  title: say('success'), caption: say('success_caption'), step: BUCKET, wide: true,
  bands: [
    {
      title: say('band_rate'), height: 96, most: 100, show: percent,
      series: [{ name: say('rate'), look: 'line good', of: (p) => p.rate }],
    },
    {
      title: say('band_volume'), height: 84, least: 4, show: count,
      series: [
        { name: say('volume_paid'), look: 'bar good', of: (p) => p.paid },
        { name: say('volume_unpaid'), look: 'bar bad', of: (p) => p.unpaid },
        { name: say('volume_open'), look: 'bar open', of: (p) => p.open },
      ],
    },
  ],
});

// showSuccess plots how the orders of the last 24 hours ended.
export function showSuccess(overview) {
  const points = overview.outcomes.map(({ at, states }) => {
    const [paid, unpaid, open] = [sum(states, PAID), sum(states, UNPAID), sum(states, OPEN)];
    return { at: Date.parse(at), paid, unpaid, open, rate: paid + unpaid > 0 ? (100 * paid) / (paid + unpaid) : null };
  });
  show(success, points, overview);
}

const backlog = new Plot(byID('backlog'), {
  title: say('backlog'), caption: say('backlog_caption'), step: SAMPLE, rows: highest,
  bands: [
    {
      title: say('band_notifications'), height: 96, least: 4, show: count,
      series: [
        { name: say('waiting'), look: 'line main', of: (p) => p.waiting },
        { name: say('overdue'), look: 'line bad', of: (p) => p.overdue },
      ],
    },
    {
      title: say('band_stuck'), height: 84, least: 4, show: count,
      series: [
        { name: say('exhausted'), look: 'line note', of: (p) => p.exhausted },
        { name: say('in_doubt'), look: 'line doubt', of: (p) => p.in_doubt },
      ],
    },
  ],
});

// showBacklog plots how much has been waiting over the last 24 hours, up to now.
export function showBacklog(overview) {
  const g = overview.gauges;
  const now = {
    at: overview.at, waiting: g.waiting, overdue: g.overdue_notifications, exhausted: g.exhausted,
    in_doubt: g.orders.in_doubt ? g.orders.in_doubt.count : 0,
  };
  show(backlog, [...overview.samples, now].map((sample) => ({ ...sample, at: Date.parse(sample.at) })), overview);
}

function show(plot, points, overview) {
  const to = Date.parse(overview.at);
  plot.show(points, to - DAY, to);
}

// highest shortens samples to one row for ten minutes, the highest of each: a
// table of a day's minutes reads nobody.
function highest(points) {
  const rows = new Map();
  for (const point of points) {
    const at = Math.floor(point.at / BUCKET) * BUCKET;
    const row = rows.get(at) || { ...point, at };
    for (const name of ['waiting', 'overdue', 'exhausted', 'in_doubt']) {
      row[name] = Math.max(row[name], point[name]);
    }
    rows.set(at, row);
  }
  return [...rows.values()];
}
