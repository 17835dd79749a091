// The timeline of an order.

import { byID, make, reconcile, setText } from './dom.js';
import { count, day, second, stamp, t, term, took } from './i18n.js';

// showEvents shows what happened, oldest first. Events are only ever added.
export function showEvents(order, events) {
  const begun = new Date(order.created_at);
  let last = '';
  const rows = events.map((event, i) => {
    const at = new Date(event.at);
    const row = { event, at, key: i + ' ' + event.at + event.kind, day: day(at) === last ? '' : day(at), since: at - begun };
    last = day(at);
    return row;
  });
  reconcile(byID('events'), rows, (row) => row.key, newEvent, showEvent);
}

function newEvent({ event, at, day: date, since }) {
  const time = make('time', { datetime: event.at },
    make('b', {}, date), second(at) + '.' + String(at.getMilliseconds()).padStart(3, '0'), make('small', {}, '+' + took(since)));
  const what = make('p', {}, make('strong'), make('span'));
  const item = make('li', { class: moodOf(event) }, time, make('div', {}, what));
  for (const text of quotes(event)) {
    item.lastChild.append(make('p', { class: 'quote' }, text));
  }
  return item;
}

function showEvent(item, { event }) {
  const [kind, text] = item.querySelectorAll('p:first-child > *');
  const often = event.times > 1 ? t('times_last', { n: count(event.times), at: stamp(event.last_at) }) : '';
  setText(kind, heading(event));
  setText(text, (TEXTS[event.kind] || plain)(event) + often);
}

// heading says what sort of thing happened and where that was learnt.
function heading(event) {
  const source = event.source ? ' · ' + term('source', event.source) : '';
  return term('kind', event.kind) + source;
}

// TEXTS say what happened, for the kinds that have a structure of their own; the others
// are told in the reader's language.
const TEXTS = {
  call: ({ call: c, text }) => (c ? callText(c) : text),
  attempt: ({ attempt: a, text }) => (a ? attemptLine(a) : text),
  change: ({ change: c, text }) => (c ? t(stepText(c) ? 'change_step' : 'change_text', { what: term('change', c.what), who: c.who, step: stepText(c) }) : text),
};

const plain = (event) => event.text;

// stepText is what a change was from and to, as far as it has either.
export const stepText = (c) => [c.before, c.after].filter(Boolean).map(stateWord).join(' → ');

// stateWord names what a change was from or to: a state of an order, of a
// notification, or of a matter that waits for a person.
export function stateWord(state) {
  for (const family of ['state', 'notification', 'matter']) {
    const word = term(family, state);
    if (word !== state) {
      return word;
    }
  }
  return state;
}

// callText tells of a call of the gateway.
function callText(c) {
  const came = c.class ? t('call_failed', { class: term('call', c.class), cause: c.cause || '' }) : c.said;
  return [t('call_text', { flow: c.flow_no || '–', came }), t('took', { took: c.took })].join(t('comma'));
}

// attemptText says what came of a call of a merchant.
export function attemptText(a) {
  return [term('class', a.class), a.cause, a.status && 'HTTP ' + a.status].filter(Boolean).join(t('comma'));
}

function attemptLine(a) {
  const parts = [t('attempt_text', { n: count(a.n), class: attemptText(a) })];
  parts.push(t('took', { took: took(a.took_ms) }));
  if (a.lag_ms !== undefined) {
    parts.push(t('lag', { took: took(a.lag_ms) }));
  }
  return parts.join(t('comma'));
}

// quotes are what others wrote that belongs to an event.
function quotes(event) {
  if (event.attempt && event.attempt.excerpt) {
    return [t('answered', { text: event.attempt.excerpt })];
  }
  return event.change ? [t('because', { text: event.change.why })] : [];
}

// The moods of events that an operator looks for.
const MOODS = { quarantined: 'bad', contradicted: 'bad', late_payment: 'note', change: 'note' };

function moodOf(event) {
  if (event.attempt) {
    return event.attempt.class === 'ok' ? 'good' : 'note';
  }
  if (event.call && event.call.class) {
    return 'note';
  }
  return MOODS[event.kind] || '';
}
