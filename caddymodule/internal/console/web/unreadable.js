// What is missing from an answer because its rows in the ledger cannot be read.

import { make, reconcile, setText } from './dom.js';
import { t, term } from './i18n.js';

// unreadableText names one row.
export function unreadableText({ kind, merid, orderid, id, cause }) {
  return t('unreadable', { kind: term('row', kind), name: [merid, orderid, id].filter(Boolean).join(' '), cause });
}

// newUnreadable makes the place where they are named.
export const newUnreadable = () => make('ul', { class: 'unreadable', hidden: '' });

// showUnreadable names the rows of an answer there, which may have none.
export function showUnreadable(list, rows = []) {
  list.hidden = rows.length === 0;
  reconcile(list, rows, (row) => [row.kind, row.merid, row.orderid, row.id].join(' '), () => make('li'), (item, row) => {
    setText(item, unreadableText(row));
  });
}
