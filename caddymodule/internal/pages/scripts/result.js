
// How long the payer may read that the order is paid before the page goes on, in
// milliseconds.
const READING = 1500;

if (page.dataset.state === 'open') {
  const watch = watcher(function (answer) {
    if (answer.next) {
      leave(answer.next);
    } else {
      location.reload(); // it tells the new state
    }
  }, function () {
    show('unsure');
  });
  pressed('unsure', function () {
    show('open');
    watch.start();
  });
  watch.start();
} else {
  setTimeout(leave, READING, page.dataset.next);
}
