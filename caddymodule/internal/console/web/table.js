// Tables that become cards on a narrow screen. A column has a label (the name of
// a text), text(item), and perhaps node(item): an element to show instead, which
// is made anew when the text has changed.

import { make, reconcile, setText } from './dom.js';
import { t } from './i18n.js';

// showTable makes parent a table of the items, or the text none if there are none.
export function showTable(parent, columns, items, keyOf, none) {
  let table = parent.querySelector(':scope > table');
  if (items.length === 0) {
    if (!parent.querySelector(':scope > p.none')) {
      parent.replaceChildren(make('p', { class: 'none' }));
    }
    setText(parent.firstChild, none);
    return;
  }
  if (!table) {
    table = newTable(columns);
    parent.replaceChildren(table);
  }
  reconcile(table.tBodies[0], items, keyOf, () => newRow(columns), (row, item) => {
    columns.forEach((column, i) => showCell(row.cells[i], column, item));
  });
}

// Roles are written down because cards are no table for a screen reader.
function newTable(columns) {
  const heads = columns.map((column) => make('th', { scope: 'col', role: 'columnheader' }, t(column.label)));
  return make('table', { role: 'table' },
    make('thead', { role: 'rowgroup' }, make('tr', { role: 'row' }, ...heads)),
    make('tbody', { role: 'rowgroup' }));
}

function newRow(columns) {
  const cells = columns.map((column) => make('td', { role: 'cell', 'data-label': t(column.label), class: column.class || '' }));
  return make('tr', { role: 'row' }, ...cells);
}

function showCell(cell, column, item) {
  const text = column.text(item);
  if (!column.node) {
    setText(cell, text);
  } else if (cell.dataset.shows !== text) {
    cell.dataset.shows = text;
    cell.replaceChildren(...(text ? [column.node(item)] : []));
  }
}
