// The filter above a list. What it is set to stands in the address of the page.

import actions from './actionnames.js';
import { make } from './dom.js';
import { day, hour, second, t, term } from './i18n.js';
import { listLink } from './route.js';
import states from './states.js';

const any = () => make('option', { value: '' }, t('any'));
const options = (values, textOf) => [any(), ...values.map((value) => make('option', { value }, textOf(value)))];

// FIELDS are what lists can be filtered by: how it is asked for, what the API is asked
// with for what stands in the address, and how that is written and shown, where it is not
// what was typed.
const FIELDS = {
  merid: { make: () => make('input', { maxlength: '32', autocomplete: 'off' }) },
  state: { make: () => make('select', {}, ...options(Object.keys(states), (state) => term('state', state))) },
  action: { make: () => make('select', {}, ...options(actions, (action) => action)) },
  amount: { make: () => make('input', { maxlength: '24', autocomplete: 'off', placeholder: '12.34 / 10-20' }), query: amounts },
  from: { ...time(), query: (value) => ({ from: moment(value) }) },
  to: { ...time(), query: (value) => ({ to: moment(value) }) },
};

// time is what both times have. Who types sees local time, and the address has UTC: whoever
// is sent it may be in another zone.
function time() {
  return { make: () => make('input', { type: 'datetime-local', step: 'any' }), write: utc, show: local };
}

const isTime = (text) => !Number.isNaN(Date.parse(text));

// moment is a time for the API. One without a zone, as older addresses have it, is local.
const moment = (text) => (isTime(text) ? new Date(text).toISOString() : text);

// utc leaves out of a time what is zero, as people write times.
function utc(text) {
  return moment(text).replace(/(:00)?\.000Z$/, 'Z');
}

function local(text) {
  const at = new Date(text);
  return isTime(text) ? day(at) + 'T' + (at.getSeconds() ? second(at) : hour(at)) : text;
}

// amounts reads an amount in yuan, or two with a line between them of which one may
// be missing. The API refuses what is none, and more than two.
function amounts(text) {
  const [least, most = least, ...more] = text.split(/[-–~]/).map((part) => part.trim());
  return more.length > 0 ? { min_fen: text } : { min_fen: fen(least), max_fen: fen(most) };
}

function fen(yuan) {
  const parts = /^(\d*)(?:\.(\d{0,2}))?$/.exec(yuan);
  return parts ? (yuan === '' ? '' : String(Number(parts[1] + (parts[2] || '').padEnd(2, '0')))) : yuan;
}

// queryOf is what the API is asked with for the filters of an address.
export function queryOf(filters) {
  const query = Object.entries(filters).reduce((all, [name, value]) => {
    const field = FIELDS[name];
    return { ...all, ...(field && field.query ? field.query(value) : { [name]: value }) };
  }, {});
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
}

// showFilter makes the form for a list that can be filtered by some fields, set to the
// filters of the address.
export function showFilter(form, list, names, filters) {
  form.hidden = names.length === 0;
  const typed = form.contains(document.activeElement) ? document.activeElement.name : '';
  form.replaceChildren(...names.map((name) => {
    const { make: newInput, show = (text) => text } = FIELDS[name];
    const input = newInput();
    input.name = name;
    input.value = show(filters[name] || '');
    return make('label', {}, t(name), input);
  }), make('button', { type: 'submit' }, t('filter')), make('a', { class: 'button quiet', href: listLink(list) }, t('all')));
  if (typed && form.elements[typed]) {
    form.elements[typed].focus(); // whoever pressed Enter there types on
  }
  form.onsubmit = (event) => {
    event.preventDefault();
    const set = [...new FormData(form)].filter(([, value]) => value.trim()).map(([name, value]) => {
      const { write = (text) => text } = FIELDS[name];
      return [name, write(value.trim())];
    });
    location.hash = listLink(list, Object.fromEntries(set));
  };
}

