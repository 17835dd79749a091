// Search, and what the address of the page asks for.

import { get, Refusal } from './api.js';
import { orderColumns } from './columns.js';
import { byID, make, reconcile, setText } from './dom.js';
import { count, stamp, t } from './i18n.js';
import { showList } from './lists.js';
import { closeMerchant, openMerchant } from './merchant.js';
import { closeOrder, openOrder } from './order.js';
import { currentRoute, findLink, orderLink } from './route.js';
import { showTable } from './table.js';
import { showUnreadable } from './unreadable.js';

// startSearch lets the form search.
export function startSearch() {
  byID('number').addEventListener('focus', (event) => event.target.select());
  byID('search').addEventListener('submit', (event) => {
    event.preventDefault();
    const number = byID('number').value.trim();
    if (number && location.hash !== findLink(number)) {
      location.hash = findLink(number);
    } else if (number) {
      find(number);
    }
  });
}

// showRoute shows what the address asks for.
export function showRoute(overview) {
  const { order, merchant, list, filters, find: number } = currentRoute();
  byID('found').hidden = true;
  if (order) {
    closeMerchant();
    openOrder(order, overview);
    return;
  }
  closeOrder();
  if (merchant) {
    openMerchant(merchant, overview);
    return;
  }
  closeMerchant();
  if (list) {
    showList(list, filters);
  }
  if (number) {
    byID('number').value = number;
    find(number);
  }
}

// round counts the searches: of those that overlap, the last one counts.
let round = 0;

// find searches for a number. A single order is shown at once, unless somebody has gone on
// to click or type elsewhere while the answer was on its way.
async function find(number) {
  const mine = ++round;
  const title = byID('foundtitle');
  let items = [];
  let unreadable = [];
  let old = [];
  let text = '';
  for (const id of ['foundunreadable', 'foundold', 'foundlist']) {
    byID(id).hidden = true;
  }
  setText(title, t('loading'));
  byID('found').hidden = false;
  title.focus();
  try {
    let more;
    ({ items, more, unreadable = [], old = [] } = await get('search', { number }));
    const n = items.length + unreadable.length;
    text = t(n ? (more ? 'found_more' : 'found') : old.length ? 'found_old_only' : 'found_none', { number, n: count(n) });
  } catch (reason) {
    text = reason instanceof Refusal ? reason.message : t('no_answer');
  }
  if (mine !== round || currentRoute().find !== number) {
    return; // somebody has gone elsewhere
  }
  if (items.length === 1 && unreadable.length === 0 && old.length === 0 && document.activeElement === title) {
    location.replace(orderLink(items[0].merid, items[0].orderid));
    return;
  }
  setText(title, text);
  showUnreadable(byID('foundunreadable'), unreadable);
  showOld(byID('foundold'), old);
  byID('foundlist').hidden = items.length === 0;
  showTable(byID('foundlist'), orderColumns, items, (o) => o.merid + ' ' + o.orderid, '');
}

// showOld names the orders of the old gateway that the number names.
function showOld(list, orders) {
  list.hidden = orders.length === 0;
  reconcile(list, orders, (o) => o.merid + ' ' + o.orderid, () => make('li'), (item, o) => {
    setText(item, t('found_old', { number: o.orderid, merchant: o.merid, at: stamp(o.at) }));
  });
}
