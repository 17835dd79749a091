// Asking the admin API. Paths are relative to the page.

import { t } from './i18n.js';

// How long an answer may take, in milliseconds.
const TIMEOUT = 20000;

// The most of a plain text that is shown of an answer that is not the bridge's own.
const SHOWN = 200;

// Refusal is an answer that says no, as a sentence for the reader. It is the bridge's own,
// or that of something in front of it, as are a proxy, a login and rules of the site.
export class Refusal extends Error {
  constructor(sentence, status, own) {
    super(sentence);
    this.own = own;
    // Whether a change was made nobody knows: a proxy says so when an answer was lost behind it.
    this.unsure = !own && status >= 500;
  }
}

// get asks for something. accept is a status besides 200 whose answer counts.
export function get(path, query, accept) {
  const text = new URLSearchParams(query || {}).toString();
  return ask(path + (text ? '?' + text : ''), {}, accept);
}

// post changes something in somebody's name.
export function post(path, body, who) {
  const headers = { 'Content-Type': 'application/json' };
  if (who) {
    headers['Paybridge-Operator'] = bytes(who);
  }
  return ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

// bytes writes a text so that fetch sends it in UTF-8: it takes a header's value
// for bytes, one a character.
function bytes(text) {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

// ask resolves to the JSON of an answer, with what it says in the language of the
// page. It rejects with a Refusal, or with another error when there is no answer. The
// bridge itself leads nowhere else: who does wants a login.
async function ask(path, options, accept) {
  const headers = { ...options.headers, 'Accept-Language': document.documentElement.lang };
  const response = await fetch(path, { ...options, headers, cache: 'no-store', redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT) });
  const kind = response.headers.get('Content-Type') || '';
  if (!kind.startsWith('application/json')) {
    throw new Refusal(await foreign(response, kind), response.status, false);
  }
  const answer = await response.json();
  if (!response.ok && response.status !== accept) {
    throw new Refusal(t('refused', { message: answer.error || 'HTTP ' + response.status }), response.status, true);
  }
  return answer;
}

// foreign says what has come in place of an answer of the bridge.
async function foreign(response, kind) {
  if (response.type === 'opaqueredirect') {
    return t('leads_away') + ' ' + t('log_in');
  }
  const text = kind.startsWith('text/plain') ? (await response.text()).trim().slice(0, SHOWN) : '';
  const said = t(text ? 'http_text' : 'http_status', { status: response.status, text });
  return response.ok || response.status === 401 ? said + ' ' + t('log_in') : said;
}
