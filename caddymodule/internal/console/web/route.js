// The page's routes. What it shows stands in the fragment of its address, so that
// it can be sent to somebody else: #order=MERCHANT/ORDER, #merchant=MERCHANT,
// #find=NUMBER and #list=NAME&FILTER=VALUE. The span of the plots is in its query.

// orderLink is the address of an order.
export function orderLink(merid, orderid) {
  return '#order=' + encodeURIComponent(merid) + '/' + encodeURIComponent(orderid);
}

// findLink is the address of a search.
export const findLink = (number) => '#find=' + encodeURIComponent(number);

// merchantLink is the address of a merchant.
export const merchantLink = (merid) => '#merchant=' + encodeURIComponent(merid);

// listLink is the address of a list with filters.
export function listLink(name, filters = {}) {
  const text = new URLSearchParams(filters).toString();
  return '#list=' + name + (text && '&' + text);
}

// currentRoute reads the address: { order: { merid, number } }, { merchant }, { find },
// { list, filters } or nothing.
// What cannot be read is nothing.
export function currentRoute() {
  const [name, value] = cut(location.hash.slice(1), '=');
  try {
    if (name === 'order') {
      const [merid, number] = cut(value, '/');
      return merid && number ? { order: { merid: decodeURIComponent(merid), number: decodeURIComponent(number) } } : {};
    }
    if (name === 'list') {
      const [list, filters] = cut(value, '&');
      return { list, filters: Object.fromEntries(new URLSearchParams(filters)) };
    }
    return ['find', 'merchant'].includes(name) && value ? { [name]: decodeURIComponent(value) } : {};
  } catch {
    return {}; // not written by this page
  }
}

function cut(text, at) {
  const i = text.indexOf(at);
  return i < 0 ? [text, ''] : [text.slice(0, i), text.slice(i + 1)];
}
