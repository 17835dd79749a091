// Asking the admin API. Paths are relative to the page.

// How long an answer may take, in milliseconds.
const TIMEOUT = 20000;

// Refusal is an answer that says no, in the server's words.
export class Refusal extends Error {}

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
// page. It rejects with a Refusal, or with another error when there is no answer.
async function ask(path, options, accept) {
  const headers = { ...options.headers, 'Accept-Language': document.documentElement.lang };
  const response = await fetch(path, { ...options, headers, cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT) });
  const answer = await response.json();
  if (!response.ok && response.status !== accept) {
    throw new Refusal(answer.error || 'HTTP ' + response.status);
  }
  return answer;
}
