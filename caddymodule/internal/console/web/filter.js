// The filter above a list. What it is set to stands in the address of the page.

import actions from './actionnames.js';
import { make } from './dom.js';
import { t, term } from './i18n.js';
import { listLink } from './route.js';
import states from './states.js';

const any = () => make('option', { value: '' }, t('any'));
const options = (values, textOf) => [any(), ...values.map((value) => make('option', { value }, textOf(value)))];

// FIELDS are what lists can be filtered by: how it is asked for, and what the API is
// asked with, which is nothing for what cannot be read.
const FIELDS = {
  merid: { make: () => make('input', { maxlength: '32', autocomplete: 'off' }) },
  state: { make: () => make('select', {}, ...options(Object.keys(states), (state) => term('state', state))) },
  action: { make: () => make('select', {}, ...options(actions, (action) => action)) },
  amount: { make: () => make('input', { maxlength: '24', autocomplete: 'off', placeholder: '12.34 / 10-20' }), query: amounts },
  from: { make: () => make('input', { type: 'datetime-local' }), query: (value) => ({ from: moment(value) }) },
  to: { make: () => make('input', { type: 'datetime-local' }), query: (value) => ({ to: moment(value) }) },
};

const moment = (value) => (Number.isNaN(Date.parse(value)) ? value : new Date(value).toISOString());

// amounts reads an amount in yuan, or two with a line between them of which one may
// be missing. The API refuses what is none.
function amounts(text) {
  const [least, most = least] = text.split(/[-–~]/).map((part) => part.trim());
  return { min_fen: fen(least), max_fen: fen(most) };
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
    const input = FIELDS[name].make();
    input.name = name;
    input.value = filters[name] || '';
    return make('label', {}, t(name), input);
  }), make('button', { type: 'submit' }, t('filter')), make('a', { class: 'button quiet', href: listLink(list) }, t('all')));
  if (typed && form.elements[typed]) {
    form.elements[typed].focus(); // whoever pressed Enter there types on
  }
  form.onsubmit = (event) => {
    event.preventDefault();
    const set = [...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value);
    location.hash = listLink(list, Object.fromEntries(set));
  };
}

