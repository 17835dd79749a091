// WeChat's bridge in a payer's browser, for tests. It is there at once, after a
// while or never, and does what the function `native` of the browser answers.
(({native, readyAfter}) => {
  const bridge = {
    invoke(name, args, done) {
      window[native](JSON.stringify({name, args})).then((answer) => done?.(JSON.parse(answer)));
    },
    call() {},
    on() {},
  };
  const arrive = () => {
    window.WeixinJSBridge = bridge;
    document.dispatchEvent(new Event("WeixinJSBridgeReady"));
  };
  if (readyAfter === 0) arrive();
  if (readyAfter > 0) setTimeout(arrive, readyAfter);
})
