// What a part of the page that asks for itself says of its answers: that the first is on
// its way, and that one did not come. The time at the head of the page is then not its own.

import { Refusal } from './api.js';
import { make, setText } from './dom.js';
import { second, t } from './i18n.js';

// PartStatus stands in a place of its own in the part. Where the whole bridge does not
// answer, the head of the page says so, and the style hides it here.
export class PartStatus {
  constructor(place) {
    this.place = place;
    this.trouble = make('span', { class: 'unanswered' });
    this.age = make('span');
    this.since = null; // when what the part shows was answered
    place.setAttribute('role', 'status');
    place.classList.add('partstatus');
    place.append(this.trouble, ' ', this.age);
    this.clear();
  }

  // clear says nothing: the part shows nothing that could be old.
  clear() {
    this.since = null;
    this.tell('', '');
  }

  // load says that the first answer is on its way.
  load() {
    this.since = null;
    this.tell('', t('loading'));
  }

  // answer says nothing: the part shows what was answered now.
  answer() {
    this.since = new Date();
    this.tell('', '');
  }

  // fail says that no answer of the bridge came, and how old is what the part still shows.
  // What the bridge refuses is left to refuse(text).
  fail(reason, refuse) {
    if (reason.own) {
      this.clear();
      refuse(reason.message);
      return;
    }
    const trouble = reason instanceof Refusal ? reason.message : t('unanswered');
    this.tell(trouble + ' ' + t('retries'), this.since ? t('old_part', { time: second(this.since) }) : '');
  }

  tell(trouble, age) {
    setText(this.trouble, trouble);
    setText(this.age, age);
    this.place.hidden = !trouble && !age;
  }
}
