
// Milliseconds between questions; the last repeats.
const PAUSES = [1000, 1000, 2000, 2000, 3000, 3000, 5000, 5000, 10000];
// How many questions until the payer is told that it takes long (about 40 s), and
// until the page stops asking by itself (about 10 minutes).
const LONG = 10;
const ENOUGH = 70;
// How long an answer may take, in milliseconds.
const ANSWER = 10000;

// ask resolves to the answer of the status address, or to null when there is none,
// which says nothing of the order.
function ask() {
  const late = new Promise(function (resolve) { setTimeout(resolve, ANSWER, null); });
  const answer = fetch(page.dataset.status, { credentials: 'same-origin', cache: 'no-store' })
    .then(function (response) { return response.ok ? response.json() : null; })
    .catch(function () { return null; });
  return Promise.race([answer, late]);
}

// decided reports whether the answer says what became of the order. A state that
// this page does not know is not known to be the last.
function decided(answer) {
  return answer !== null && page.dataset.decided.split(' ').indexOf(answer.state) !== -1;
}

// watcher asks for the state of the order until it is decided, then calls done
// with the answer; unsure is called when it takes long.
function watcher(done, unsure) {
  let round = 0; // a new round makes the answers of an older one void
  let timer = 0;

  function question(mine, count) {
    clearTimeout(timer);
    ask().then(function (answer) {
      if (mine !== round) {
        return;
      }
      if (decided(answer)) {
        round++;
        done(answer);
        return;
      }
      if (count === LONG) {
        unsure();
      }
      if (count < ENOUGH) {
        timer = setTimeout(question, PAUSES[Math.min(count, PAUSES.length) - 1], mine, count + 1);
      }
    });
  }

  return {
    start: function () { question(++round, 1); },
    stop: function () { round++; clearTimeout(timer); },
  };
}
