// The keyboard: what it does, and the dialog that tells.

import { byID, make } from './dom.js';
import { t } from './i18n.js';

const KEYS = { '/': () => byID('number').focus(), '?': () => help.showModal(), j: () => step(1), k: () => step(-1), Escape: close };
const help = byID('keys');

// TOLD are the keys as the dialog names them.
const TOLD = [['/', 'key_search'], ['j, ↓', 'key_down'], ['k, ↑', 'key_up'], ['Enter', 'key_open'], ['Esc', 'key_close'], ['?', 'key_help']];

// startKeys listens to the keyboard. Whoever types or has a dialog open is left alone.
export function startKeys() {
  byID('keylist').append(...TOLD.map(([key, text]) => make('div', {}, make('dt', {}, make('kbd', {}, key)), make('dd', {}, t(text)))));
  byID('help').addEventListener('click', KEYS['?']);
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest('input, select, textarea, dialog');
    if (typing || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || document.querySelector('dialog[open]')) {
      return;
    }
    const does = KEYS[event.key] || onRow(event);
    if (does) {
      event.preventDefault();
      does();
    }
  });
}

// onRow is what a key does while a row has the focus.
function onRow(event) {
  const row = event.target.closest('#list tbody tr, #foundlist tbody tr');
  const opens = event.key === 'Enter' && event.target === row && row.querySelector('a, button');
  return row && ({ ArrowDown: KEYS.j, ArrowUp: KEYS.k }[event.key] || (opens && (() => opens.click())));
}

// step goes to the next row of the search's result, or of the list.
function step(by) {
  const rows = [...document.querySelectorAll(byID('found').hidden ? '#list tbody tr' : '#foundlist tbody tr')];
  const at = rows.indexOf(document.activeElement.closest('tr'));
  const row = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
  if (row) {
    row.tabIndex = -1;
    row.focus();
  }
}

// close closes what is open beside the lists.
function close() {
  document.querySelector('main > section:not([hidden]) a[data-close]')?.click();
}
