// The two plots: how payments end, and how much is waiting.

import { byID } from './dom.js';
import { count, t } from './i18n.js';
import { Plot } from './plot.js';
import states from './states.js';

// How far apart the points are, in milliseconds: the API counts orders in buckets
// of ten minutes and takes a sample a minute.
const BUCKET = 600000;
const SAMPLE = 60000;
const DAY = 86400000;

const sum = (counts, names) => names.reduce((all, name) => all + (counts[name] || 0), 0);

// told lists the states in which payers see one of the views.
const told = (...views) => Object.keys(states).filter((name) => views.includes(states[name].payer));

// Where orders ended: a refund follows a payment.
const PAID = told('paid', 'refunded');
const UNPAID = told('failed', 'closed');
const OPEN = told('open');

const percent = (value) => Math.round(value * 10) / 10 + ' %';

const success = new Plot(byID('success'), {
  title: t('success'), caption: t('success_caption'), step: BUCKET, wide: true,
  bands: [
    {
      title: t('band_rate'), height: 96, most: 100, show: percent,
      series: [{ name: t('rate'), class: 'line good', of: (p) => p.rate }],
    },
    {
      title: t('band_volume'), height: 84, least: 4, show: count,
      series: [
        { name: t('volume_paid'), class: 'bar good', of: (p) => p.paid },
        { name: t('volume_unpaid'), class: 'bar bad', of: (p) => p.unpaid },
        { name: t('volume_open'), class: 'bar open', of: (p) => p.open },
      ],
    },
  ],
});

// showSuccess plots how the orders of the last 24 hours ended.
export function showSuccess(overview) {
  const points = overview.outcomes.map(({ at, states: counts }) => {
    const [paid, unpaid, open] = [sum(counts, PAID), sum(counts, UNPAID), sum(counts, OPEN)];
    return { at: Date.parse(at), paid, unpaid, open, rate: paid + unpaid > 0 ? (100 * paid) / (paid + unpaid) : null };
  });
  show(success, points, overview);
}

const backlog = new Plot(byID('backlog'), {
  title: t('backlog'), caption: t('backlog_caption'), step: SAMPLE, rows: highest,
  bands: [
    {
      title: t('band_notifications'), height: 96, least: 4, show: count,
      series: [
        { name: t('waiting'), class: 'line main', of: (p) => p.waiting },
        { name: t('overdue'), class: 'line bad', of: (p) => p.overdue },
      ],
    },
    {
      title: t('band_stuck'), height: 84, least: 4, show: count,
      series: [
        { name: t('exhausted'), class: 'line note', of: (p) => p.exhausted },
        { name: t('in_doubt'), class: 'line doubt', of: (p) => p.in_doubt },
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
