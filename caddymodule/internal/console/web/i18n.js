// Texts, numbers, amounts and times in the language of the page.

import texts from './texts.js';

// t returns a text in the language of the page. {name} in it stands for a
// member of values.
export function t(name, values) {
  const [family, value] = name.split('.');
  const text = value ? term(family, value) : texts[name];
  return text.replace(/\{(\w+)\}/g, (whole, key) => (values && key in values ? String(values[key]) : whole));
}

// term returns the text of a family for a value of the API, and the value itself
// when it is newer than this page.
export function term(family, value) {
  const words = texts[family + '.'];
  return Object.hasOwn(words, value) ? words[value] : value;
}

const whole = new Intl.NumberFormat('en');

// count writes a number of things.
export const count = (n) => whole.format(n);

// yuan writes an amount in fen as yuan.
export function yuan(fen) {
  const rest = String(Math.abs(fen) % 100).padStart(2, '0');
  return (fen < 0 ? '-' : '') + '¥' + whole.format(Math.trunc(Math.abs(fen) / 100)) + '.' + rest;
}

const two = (n) => String(n).padStart(2, '0');

// hour writes hours and minutes of a Date, local time as everything here.
export const hour = (at) => two(at.getHours()) + ':' + two(at.getMinutes());

// second writes the time of day of a Date.
export const second = (at) => hour(at) + ':' + two(at.getSeconds());

// day writes the day of a Date.
export const day = (at) => at.getFullYear() + '-' + two(at.getMonth() + 1) + '-' + two(at.getDate());

// stamp writes a time of the API with its day, or a dash when there is none.
export function stamp(text) {
  return text ? day(new Date(text)) + ' ' + second(new Date(text)) : '–';
}

// zone names the zone of the times on the page with its offset.
export function zone(at) {
  const minutes = -at.getTimezoneOffset();
  const offset = Math.abs(minutes);
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return name + ' (UTC' + (minutes < 0 ? '-' : '+') + two(Math.trunc(offset / 60)) + ':' + two(offset % 60) + ')';
}

// Units of spans, in seconds, largest first.
const UNITS = [['days', 86400], ['hours', 3600], ['minutes', 60], ['seconds', 1]];

// span writes how long something takes, given in milliseconds, in one unit.
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [unit, size] = UNITS.find((u) => seconds >= 2 * u[1]) || UNITS[UNITS.length - 1];
  return t('span_' + unit, { n: Math.round(seconds / size) });
}

// due says when something is due: now, or at a time.
export function due(text) {
  return !text || new Date(text) <= new Date() ? t('now') : stamp(text);
}

// took writes a short time in milliseconds exactly.
export function took(ms) {
  return ms < 10000 ? count(ms) + ' ms' : (ms / 1000).toFixed(1) + ' s';
}
