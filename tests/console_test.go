package tests

import (
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
)

func TestConsoleLooks(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "console_actions")
	d.history()
	for name, o := range map[string]chromium.Options{"zh": chinese, "en": english, "zh-320": {}, "en-360": {Device: chromium.Device{Width: 360, Height: 740, Touch: true}, Language: "en"}} {
		tab := d.open(t, o, "")
		tab.Inspect(name)
		tab.Click("#tab-exhausted")
		tab.AwaitText(d.exhausted)
		tab.Inspect(name + "-exhausted")
		tab.Goto(d.url + "#order=89900001/" + d.exhausted)
		tab.AwaitText("document.title")
		tab.Inspect(name + "-order")
	}
}
