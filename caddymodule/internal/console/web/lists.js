// The lists: one at a time, chosen by tabs, longer when more is asked for.

import { resendMerchant } from './actions.js';
import { get } from './api.js';
import { changeColumns, merchantColumns, notificationColumns, orderColumns, quarantineColumns, refundColumns, refusalColumns, sumColumns } from './columns.js';
import { button, byID, make, reconcile, setText } from './dom.js';
import { count, t } from './i18n.js';
import { queryOf, showFilter } from './filter.js';
import { routeColumns } from './moving.js';
import { PartStatus } from './partstatus.js';
import { listLink } from './route.js';
import { showTable } from './table.js';
import { newUnreadable, showUnreadable } from './unreadable.js';

// How many items a list has at first, how many more each time, and at most: the
// API gives no more at once, and nobody reads more.
const STEP = 25;
const MOST = 500;

const byOrder = (item) => item.merid + ' ' + item.orderid;
const byMerchant = (item) => item.merid;

// LISTS are all lists by name: where the API has them, how they are shown and what they
// can be filtered by.
const LISTS = {
  in_doubt: { path: 'orders', query: { state: 'in_doubt' }, columns: () => orderColumns, keyOf: byOrder },
  overdue_orders: { path: 'orders', query: { overdue: 'true' }, columns: () => orderColumns, keyOf: byOrder },
  waiting: { path: 'notifications', query: { state: 'waiting' }, columns: notificationColumns, keyOf: byOrder },
  overdue_notifications: { path: 'notifications', query: { overdue: 'true' }, columns: notificationColumns, keyOf: byOrder },
  exhausted: { path: 'notifications', query: { open: 'true' }, columns: notificationColumns, keyOf: byOrder },
  refund_failed: { path: 'orders', query: { open: 'true' }, columns: refundColumns, keyOf: byOrder },
  quarantine: { path: 'quarantine', query: {}, columns: quarantineColumns, keyOf: (message) => message.id },
  paused: { path: 'merchants', query: { paused: 'true' }, columns: merchantColumns, keyOf: byMerchant },
  refused: { path: 'refused', query: {}, filters: ['merid'], columns: () => refusalColumns, keyOf: (refusal) => refusal.merid + ' ' + refusal.cause },
  orders: {
    path: 'orders', query: {}, filters: ['merid', 'state', 'action', 'amount', 'from', 'to'], columns: () => orderColumns, keyOf: byOrder,
  },
  notifications: { path: 'notifications', query: {}, filters: ['merid', 'from', 'to'], columns: notificationColumns, keyOf: byOrder },
  sums: { path: 'sums', query: {}, filters: ['merid'], columns: () => sumColumns, keyOf: (sum) => sum.day + ' ' + sum.merid },
  merchants: { path: 'merchants', query: {}, columns: merchantColumns, keyOf: byMerchant },
  changes: { path: 'changes', query: {}, filters: ['merid'], columns: () => changeColumns, keyOf: (c) => c.id },
  routes: { path: 'routes', query: {}, columns: routeColumns, keyOf: byMerchant },
};

const state = { name: 'in_doubt', filters: {}, limit: STEP, overview: () => null, columns: [], round: 0 };
const parts = { filter: make('form', { class: 'filter' }), groups: make('ul', { class: 'groups' }), unreadable: newUnreadable(), status: make('p'), rows: make('div'), more: button('', 'quiet', more), note: make('p', { class: 'hint' }), next: make('a', { class: 'button quiet' }, t('older')) };
const status = new PartStatus(parts.status);

// startLists makes the tabs. overview gives the newest overview.
export function startLists(overview) {
  state.overview = overview;
  const tabs = byID('tabs');
  for (const name of Object.keys(LISTS)) {
    const tab = button(t('list.' + name), '', () => choose(name));
    tab.id = 'tab-' + name;
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', 'list');
    tabs.append(tab);
  }
  tabs.addEventListener('keydown', walk);
  byID('list').append(parts.filter, parts.groups, parts.unreadable, parts.status, parts.rows, parts.more, parts.note, parts.next);
  turnTo(state.name);
}

// walk moves along the tabs with the arrow keys.
function walk(event) {
  const names = Object.keys(LISTS).filter((name) => !byID('tab-' + name).hidden);
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step) {
    const name = names[(names.indexOf(state.name) + step + names.length) % names.length];
    choose(name);
    byID('tab-' + name).focus();
    event.preventDefault();
  }
}

// openList chooses a list and goes there.
export function openList(name) {
  choose(name);
  byID('lists').scrollIntoView();
  byID('tab-' + name).focus({ preventScroll: true });
}

// choose puts a list into the address.
function choose(name) {
  location.hash = listLink(name);
  showList(name, {});
}

// showList shows a list of the address; the same one stays as it is.
export function showList(name, filters) {
  if (!Object.hasOwn(LISTS, name) || (state.name === name && listLink(name, state.filters) === listLink(name, filters))) {
    return;
  }
  turnTo(name, filters);
  if (state.overview()) {
    refreshList(state.overview());
  }
}

function turnTo(name, filters = {}) {
  state.round++; // what was asked for another list comes too late
  Object.assign(state, { name, filters, limit: STEP, columns: LISTS[name].columns(state.overview) });
  for (const tab of byID('tabs').children) {
    const chosen = tab.id === 'tab-' + name;
    tab.setAttribute('aria-selected', chosen);
    tab.tabIndex = chosen ? 0 : -1;
  }
  byID('list').setAttribute('aria-labelledby', 'tab-' + name);
  parts.rows.replaceChildren();
  status.load();
  showFilter(parts.filter, name, LISTS[name].filters || [], filters);
  parts.next.hidden = parts.more.hidden = parts.note.hidden = parts.groups.hidden = parts.unreadable.hidden = true;
}

function more() {
  state.limit = Math.min(MOST, state.limit + STEP);
  refreshList(state.overview());
}

// refreshList shows the chosen list as it is now.
export async function refreshList(overview) {
  const mine = ++state.round;
  byID('tab-routes').hidden = !overview.beside;
  const { path, query, keyOf } = LISTS[state.name];
  let items;
  let next;
  let unreadable;
  try {
    const answer = await get(path, { ...query, ...queryOf(state.filters), limit: state.limit });
    ({ items, unreadable, next } = answer);
  } catch (reason) {
    if (mine === state.round) {
      status.fail(reason, (text) => parts.rows.replaceChildren(make('p', { class: 'none' }, text)));
    }
    return;
  }
  if (mine !== state.round) {
    return;
  }
  status.answer();
  showTable(parts.rows, state.columns, items, keyOf, unreadable ? '' : t('none'));
  showUnreadable(parts.unreadable, unreadable);
  showGroups(overview);
  parts.more.hidden = !next || state.limit >= MOST;
  setText(parts.more, t('more', { n: STEP }));
  const full = Boolean(next) && state.limit >= MOST;
  parts.next.hidden = !full;
  parts.next.href = full ? listLink(state.name, { ...state.filters, after: next }) : '#';
  parts.note.hidden = !full;
  setText(parts.note, t('most', { n: count(MOST) }));
}

// showGroups tells whose notifications are exhausted.
function showGroups(overview) {
  parts.groups.hidden = state.name !== 'exhausted' || overview.exhausted.length === 0;
  if (parts.groups.hidden) {
    return;
  }
  reconcile(parts.groups, overview.exhausted, byMerchant, () => make('li', {}, make('span')), (item, group) => {
    setText(item.firstChild, t('group', { merid: group.merid, n: count(group.count) }));
    const offered = item.children.length > 1;
    if (overview.console_actions && !offered) {
      item.append(button(t('resend_all'), 'small', () => resendMerchant(group.merid)));
    } else if (!overview.console_actions && offered) {
      item.lastChild.remove();
    }
  });
}
