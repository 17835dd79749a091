// The dialog that stands before every change: what would happen, who wants it and
// why, and what came of it.

import { Refusal } from './api.js';
import { byID, make, write } from './dom.js';
import { say } from './say.js';

const dialog = byID('deed');
const parts = { said: byID('deedsaid'), asks: byID('deedasks'), who: byID('who'), why: byID('why'), yes: byID('deeddo'), end: byID('deedend') };

// current is the deed that is asked about. One whose dialog was closed is over:
// what comes of it later is not shown.
let current = null;

// ask opens the dialog. deed is what it is called on the button; preview resolves
// to { lines, possible } and act to lines.
export function ask(deed) {
  current = deed;
  write(byID('deedtitle'), deed.title);
  write(parts.yes, deed.deed);
  write(parts.end, say('leave'));
  parts.why.value = '';
  parts.yes.disabled = true;
  parts.asks.hidden = parts.yes.hidden = false;
  tell([say('looking')]);
  dialog.showModal();
  preview(deed);
}

async function preview(deed) {
  try {
    const { lines, possible } = await deed.preview();
    if (deed === current) {
      tell(lines);
      parts.yes.disabled = !possible;
    }
  } catch (reason) {
    fail(deed, reason);
  }
}

async function act(deed) {
  parts.yes.disabled = true;
  try {
    const lines = await deed.act({ who: parts.who.value.trim(), why: parts.why.value.trim() });
    if (deed === current) {
      tell(lines);
      end();
    }
  } catch (reason) {
    fail(deed, reason);
    if (deed === current) {
      parts.yes.disabled = false;
    }
  }
  document.dispatchEvent(new Event('changed'));
}

// end leaves only the way out.
function end() {
  parts.asks.hidden = parts.yes.hidden = true;
  write(parts.end, say('close'));
  parts.end.focus();
}

function fail(deed, reason) {
  if (deed === current) {
    tell([reason instanceof Refusal ? say('refused', { words: reason.message }) : say('no_answer')], 'bad');
  }
}

function tell(lines, mood) {
  parts.said.replaceChildren(...lines.map((line) => make('li', { class: mood || '' }, line)));
}

dialog.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault();
  if (current && parts.who.value.trim() && parts.why.value.trim()) {
    act(current);
  }
});
parts.end.addEventListener('click', () => dialog.close());
// The event comes a little after the closing. Where the dialog has been opened
// again meanwhile, it is about another deed.
dialog.addEventListener('close', () => {
  if (!dialog.open) {
    current = null;
  }
});
