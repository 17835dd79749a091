'use strict';

const form = document.getElementById('form');
const go = document.getElementById('go');

// hold keeps the form from being sent twice.
function hold(sent) {
  go.disabled = sent;
}

// cameBack reports whether the payer came here by the back button. Sending the
// form at once would make it impossible to leave.
function cameBack() {
  const entry = performance.getEntriesByType('navigation')[0];
  return Boolean(entry) && entry.type === 'back_forward';
}

if (form) {
  form.addEventListener('submit', function (event) {
    if (go.disabled) {
      event.preventDefault();
    }
    hold(true);
  });
  // A browser may show this page again as it was left.
  window.addEventListener('pageshow', function (event) {
    if (event.persisted) {
      hold(false);
    }
  });
  if (!cameBack()) {
    go.click();
  }
}
