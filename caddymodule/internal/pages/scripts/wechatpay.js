
// How long WeChat's bridge may take to appear, and how long it may take to say
// what came of a payment before the order itself is asked, in milliseconds.
const BRIDGE = 8000;
const PAYING = 60000;

let begun = false;   // WeChat has been asked at least once
let invoked = false; // WeChat has been asked and has not answered
let patience = 0;    // the timer of whatever is waited for

const watch = watcher(finish, function () { show('unsure'); });

function finish(answer) {
  leave(answer.next || page.dataset.result);
}

function settle() {
  show('confirming');
  watch.start();
}

// finishIfDecided resolves to whether the order is decided; then the page is left.
function finishIfDecided() {
  return ask().then(function (answer) {
    if (invoked || !decided(answer)) {
      return false;
    }
    finish(answer);
    return true;
  });
}

// answered hears what came of the payment on this phone. What came of the order
// only its status tells, also after a cancel or a failure: it may have been paid
// from another window.
function answered(result) {
  if (!invoked) {
    return;
  }
  invoked = false;
  clearTimeout(patience);
  watch.stop();
  const message = String(result && result.err_msg);
  if (message.indexOf('get_brand_wcpay_request:ok') === 0) {
    settle();
    return;
  }
  show(message.indexOf('get_brand_wcpay_request:cancel') === 0 ? 'cancelled' : 'failed');
  finishIfDecided();
}

// invoke asks WeChat to pay, once at a time.
function invoke() {
  if (invoked) {
    return;
  }
  begun = true;
  invoked = true;
  clearTimeout(patience);
  show('opening');
  patience = setTimeout(settle, PAYING);
  try {
    window.WeixinJSBridge.invoke('getBrandWCPayRequest', JSON.parse(page.dataset.pay), answered);
  } catch (error) {
    answered(null);
  }
}

// begin invokes the payment if WeChat's bridge is there, and else waits for it.
function begin() {
  if (window.WeixinJSBridge) {
    invoke();
    return;
  }
  show('opening');
  clearTimeout(patience);
  patience = setTimeout(show, BRIDGE, 'silent');
}

// again is the payer's wish to try once more. An order that has been decided in
// the meantime is not paid again.
function again() {
  if (invoked || shows('opening')) {
    return;
  }
  show('opening');
  finishIfDecided().then(function (left) {
    if (!left) {
      begin();
    }
  });
}

// The bridge may come late, even after the payer has been told that it is
// missing. Once WeChat has been asked, only the payer asks again.
document.addEventListener('WeixinJSBridgeReady', function () {
  if (!begun) {
    invoke();
  }
});
pressed('silent', begin);
pressed('cancelled', again);
pressed('failed', again);
pressed('unsure', settle);
begin();
