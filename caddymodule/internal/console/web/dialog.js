// The dialog that stands before every change: what would happen, who wants it and
// why, and what came of it.

import { Refusal } from './api.js';
import { byID, make, setText } from './dom.js';
import { t } from './i18n.js';

const dialog = byID('dialog');
const parts = {
  lines: byID('dialoglines'), fields: byID('dialogfields'), who: byID('who'), why: byID('why'), confirm: byID('dialogconfirm'), close: byID('dialogclose'),
  choices: byID('dialogchoice'), choice: byID('choice'),
};

// current is the action that the dialog is about. Once the dialog is closed, what
// comes of it later is not shown.
let current = null;

// ask opens the dialog for an action: title is its heading and confirm the text of
// its button; preview resolves to { lines, possible } and act to lines. choices are
// texts of which one is to be chosen, whose place act is told.
export function ask(action) {
  current = action;
  setText(byID('dialogtitle'), action.title);
  setText(parts.confirm, action.confirm);
  setText(parts.close, t('leave'));
  parts.why.value = '';
  parts.choices.hidden = !action.choices;
  parts.choice.replaceChildren(...(action.choices || []).map((text, place) => make('option', { value: place }, text)));
  parts.confirm.disabled = true;
  parts.fields.hidden = parts.confirm.hidden = false;
  tell([t('looking')]);
  dialog.showModal();
  preview(action);
}

async function preview(action) {
  try {
    const { lines, possible } = await action.preview();
    if (action === current) {
      tell(lines);
      parts.confirm.disabled = !possible;
    }
  } catch (reason) {
    fail(action, reason);
  }
}

async function act(action) {
  parts.confirm.disabled = true;
  try {
    const lines = await action.act({ who: parts.who.value.trim(), why: parts.why.value.trim(), choice: Number(parts.choice.value) });
    if (action === current) {
      tell(lines);
      end();
    }
  } catch (reason) {
    fail(action, reason);
    if (action === current) {
      parts.confirm.disabled = false;
    }
  }
  document.dispatchEvent(new Event('changed'));
}

// end leaves only the way out.
function end() {
  parts.fields.hidden = parts.confirm.hidden = true;
  setText(parts.close, t('close'));
  parts.close.focus();
}

function fail(action, reason) {
  if (action === current) {
    tell([failure(reason)], 'bad');
  }
}

function failure(reason) {
  if (!(reason instanceof Refusal)) return t('no_answer');
  return reason.unsure ? reason.message + ' ' + t('look_first') : reason.message;
}

function tell(lines, mood) {
  parts.lines.replaceChildren(...lines.map((line) => make('li', { class: mood || '' }, line)));
}

dialog.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault();
  if (current && parts.who.value.trim() && parts.why.value.trim()) {
    act(current);
  }
});
parts.close.addEventListener('click', () => dialog.close());
// The event comes a little after the closing. Where the dialog has been opened
// again meanwhile, it is about another action.
dialog.addEventListener('close', () => {
  if (!dialog.open) {
    current = null;
  }
});
