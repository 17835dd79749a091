// A merchant's way to v2: whether it is ready, in what the replies of the two sides
// differ, and how its route has changed.

import { get } from './api.js';
import { byID, make, reconcile, setClass, setText } from './dom.js';
import { count, span, stamp, t, term } from './i18n.js';
import { routeText, toneOf } from './moving.js';
import { PartStatus } from './partstatus.js';
import { showTable } from './table.js';
import texts from './texts.js';

const status = new PartStatus(byID('waystatus'));

const lastText = (seen) => t(seen.times ? 'times_last' : 'last_seen', { n: count(seen.times), at: stamp(seen.last_at) });

// detail is what differs, the old gateway's first.
const detail = (d) => (d.detail || '').split(', ').map((word) => term('detail', word)).join(', ');

const differenceColumns = [
  {
    label: 'what', text: (d) => [term('difference', d.kind), d.interface, d.subject].join(' · ') + '\n' + detail(d),
    node: (d) => make('span', {}, [term('difference', d.kind), d.interface, d.subject].filter(Boolean).join(' · '), make('small', {}, detail(d))),
  },
  { label: 'last', text: lastText },
  { label: 'example', class: 'number', text: (d) => d.example || '–' },
];

const moveColumns = [
  { label: 'time', class: 'time', text: (m) => stamp(m.at) },
  { label: 'route', text: (m) => routeText(m.from) + ' → ' + routeText(m.to) },
  { label: 'who_did', class: 'number', text: (m) => [m.by === 'guard' ? t('guard') : m.who, m.all && t('of_all')].filter(Boolean).join(t('comma')) },
  { label: 'why', text: (m) => m.why },
];

// clearWay shows no merchant's way.
export function clearWay() {
  byID('merchantway').hidden = true;
  status.clear();
}

// refreshWay shows how far a merchant has come, unless somebody has gone elsewhere: late()
// says so. refuse(text) is told of a refusal.
export async function refreshWay(merid, late, refuse) {
  try {
    const answers = await Promise.all([get('readiness', { merid }), get('routes', { merid })]);
    if (!late()) {
      status.answer();
      showWay(...answers);
    }
  } catch (reason) {
    if (!late()) {
      status.fail(reason, refuse);
    }
  }
}

function showWay({ items: [ready] }, { items: [now], timeline }) {
  setText(byID('verdict'), term('verdict', ready.verdict));
  setClass(byID('verdict'), 'pill ' + toneOf(ready.verdict));
  setText(byID('compared'), t('compared', { n: count(ready.compared), days: count(ready.days) }));
  setText(byID('guarding'), guardText(now));
  reconcile(byID('reasonsfor'), ready.reasons, (r) => JSON.stringify(r), reasonItem, () => {});
  const differences = ready.seen.filter((d) => Object.hasOwn(texts['difference.'], d.kind));
  showTable(byID('differences'), differenceColumns, differences, (d) => [d.kind, d.interface, d.subject, d.detail].join(' '), t('none'));
  showTable(byID('routemoves'), moveColumns, timeline || [], (m) => [m.at, m.all, m.who].join(' '), t('none'));
  byID('merchantway').hidden = false;
}

// guardText says what the guard has counted, and when it turns the merchant back.
function guardText(now) {
  const { guard: g, by, route } = now || {};
  const state = by === 'guard' && route === 'old' ? t('turned_back') : '';
  return state + (g ? t('guarding', {
    window: span(g.window_s * 1000), v2: ratio(g.v2), old: ratio(g.old), least: count(g.min_payments), most: g.max_worse,
  }) : t('unguarded'));
}

const ratio = ({ refused, payments }) => count(refused) + ' / ' + count(payments);

function reasonItem(r) {
  const more = [r.advice, r.last_at && lastText(r), r.example && t('example') + ' ' + r.example].filter(Boolean);
  return make('li', { class: toneOf(r.level) }, make('strong', {}, term('level', r.level)), ' ' + r.text, make('small', {}, more.join(' · ')));
}
