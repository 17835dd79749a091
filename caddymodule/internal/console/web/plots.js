// The two plots: how payments end, and how much is waiting.

import { button, byID } from './dom.js';
import { count, span, t } from './i18n.js';
import { Plot } from './plot.js';
import states from './states.js';

const MINUTE = 60000;
const HOUR = 60 * MINUTE;

// SPANS are how much of the past is shown, and how far apart the points then are, in
// milliseconds: the API counts orders in such buckets and tells such samples.
const SPANS = {
  '1h': { time: HOUR, bucket: MINUTE, sample: MINUTE },
  '24h': { time: 24 * HOUR, bucket: 10 * MINUTE, sample: MINUTE },
  '7d': { time: 168 * HOUR, bucket: HOUR, sample: 10 * MINUTE },
};

// The span that is shown stands in the query of the page's address. Its fragment goes
// by what else is shown, and links to that keep the query.
const spanOfAddress = () => [new URLSearchParams(location.search).get('span')].find((name) => Object.hasOwn(SPANS, name)) || '24h';

let chosen = spanOfAddress();

// chosenSpan is the span that the API is asked for.
export const chosenSpan = () => chosen;

// startSpans makes the buttons that choose a span; refresh asks again.
export function startSpans(refresh) {
  byID('spans').append(...Object.keys(SPANS).map((name) => button(span(SPANS[name].time), 'small', () => {
    history.pushState(null, '', '?span=' + name + location.hash);
    follow();
  })));
  const follow = () => {
    if (chosen !== spanOfAddress()) {
      chosen = spanOfAddress();
      markSpan();
      refresh();
    }
  };
  window.addEventListener('popstate', follow);
  markSpan();
}

function markSpan() {
  Object.keys(SPANS).forEach((name, i) => byID('spans').children[i].setAttribute('aria-pressed', name === chosen));
}

const sum = (counts, names) => names.reduce((all, name) => all + (counts[name] || 0), 0);

// told lists the states in which payers see one of the views.
const told = (...views) => Object.keys(states).filter((name) => views.includes(states[name].payer));

// Where orders ended: a refund follows a payment.
const PAID = told('paid', 'refunded');
const UNPAID = told('failed', 'closed');
const OPEN = told('open');

const percent = (value) => Math.round(value * 10) / 10 + ' %';

const success = new Plot(byID('success'), {
  title: t('success'), caption: (apart) => t('success_caption', { span: span(apart) }), step: SPANS[chosen].bucket, wide: true,
  bands: [
    {
      title: t('band_rate'), height: 96, most: 100, show: percent,
      series: [{ name: t('rate'), class: 'line good', of: (p) => p.rate }],
    },
    {
      title: (apart) => t('band_volume', { span: span(apart) }), height: 84, least: 4, show: count,
      series: [
        { name: t('volume_paid'), class: 'bar good', of: (p) => p.paid },
        { name: t('volume_unpaid'), class: 'bar bad', of: (p) => p.unpaid },
        { name: t('volume_open'), class: 'bar open', of: (p) => p.open },
      ],
    },
  ],
});

// showSuccess plots how the orders of the span ended.
export function showSuccess(overview) {
  const points = overview.outcomes.map(({ at, states: counts }) => {
    const [paid, unpaid, open] = [sum(counts, PAID), sum(counts, UNPAID), sum(counts, OPEN)];
    return { at: Date.parse(at), paid, unpaid, open, rate: paid + unpaid > 0 ? (100 * paid) / (paid + unpaid) : null };
  });
  show(success, points, overview, 'bucket');
}

const backlog = new Plot(byID('backlog'), {
  title: t('backlog'), caption: () => t('backlog_caption', { span: span(SPANS[chosen].bucket) }), step: SPANS[chosen].sample, rows: highest,
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

// showBacklog plots how much has been waiting over the span, up to now.
export function showBacklog(overview) {
  const g = overview.gauges;
  const now = {
    at: overview.at, waiting: g.waiting, overdue: g.overdue_notifications, exhausted: g.exhausted,
    in_doubt: g.orders.in_doubt ? g.orders.in_doubt.count : 0,
  };
  show(backlog, [...overview.samples, now].map((sample) => ({ ...sample, at: Date.parse(sample.at) })), overview, 'sample');
}

function show(plot, points, overview, apart) {
  const to = Date.parse(overview.at);
  const shown = SPANS[overview.span];
  plot.show(points, to - shown.time, to, shown[apart]);
}

// highest shortens samples to one row for each bucket, the highest of each: a table
// of a day's minutes reads nobody.
function highest(points) {
  const rows = new Map();
  for (const point of points) {
    const at = Math.floor(point.at / SPANS[chosen].bucket) * SPANS[chosen].bucket;
    const row = rows.get(at) || { ...point, at };
    for (const name of ['waiting', 'overdue', 'exhausted', 'in_doubt']) {
      row[name] = Math.max(row[name], point[name]);
    }
    rows.set(at, row);
  }
  return [...rows.values()];
}
