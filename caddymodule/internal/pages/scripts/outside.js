'use strict';

const link = document.getElementById('link');
const copy = document.getElementById('copy');

// copyLink resolves when the link has been copied. Old web views know only the
// first way, which works on what is selected.
function copyLink() {
  const range = document.createRange();
  range.selectNodeContents(link);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  if (document.execCommand('copy')) {
    return Promise.resolve();
  }
  return navigator.clipboard ? navigator.clipboard.writeText(link.textContent) : Promise.reject();
}

function tell(copied) {
  document.getElementById('copied').hidden = !copied;
  document.getElementById('uncopied').hidden = copied;
}

if (copy) {
  copy.hidden = false;
  copy.addEventListener('click', function () {
    copyLink().then(function () { tell(true); }, function () { tell(false); });
  });
}
