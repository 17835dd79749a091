package chromium

import (
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Device is a screen and how it is touched.
type Device struct {
	// Width and Height are in CSS pixels.
	Width, Height int64
	// Touch means a phone: a finger instead of a mouse, and its viewport.
	Touch bool
}

// The devices that pages are made for.
var (
	// Phone is the smallest phone that a page must be readable on.
	Phone = Device{Width: 320, Height: 640, Touch: true}
	// Desktop is a window on a desktop.
	Desktop = Device{Width: 1280, Height: 800}
)

// The user agents of a payer's browsers, as sent by phones.
const (
	phoneAgent = "Mozilla/5.0 (Linux; Android 13; PGT-AN00) AppleWebKit/537.36 (KHTML, like Gecko) " +
		"Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36"
	inWeChat = " MicroMessenger/8.0.47.2560(0x28002F51) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64"
)

// Options say what kind of browser a tab is. The zero value is a phone with a
// Chinese browser that is not WeChat.
type Options struct {
	// Device is Phone unless set.
	Device Device
	// WeChat makes it the browser inside WeChat.
	WeChat bool
	// ScriptsOff switches the page's scripts off.
	ScriptsOff bool
	// Language is the Accept-Language header, "zh-CN,zh;q=0.9" unless set.
	Language string
	// ReducedMotion asks pages not to move.
	ReducedMotion bool
	// NoIcon says that the server refuses favicon.ico, which browsers ask for
	// where a page names no icon. It is no trouble then.
	NoIcon bool
	// Inject is a script that runs in every document before its own.
	Inject string
	// Functions are functions of the test that pages can call by name, with one
	// string and a promise of another.
	Functions map[string]func(string) (string, error)
}

func (o Options) withDefaults() Options {
	if o.Device == (Device{}) {
		o.Device = Phone
	}
	if o.Language == "" {
		o.Language = "zh-CN,zh;q=0.9"
	}
	return o
}

// agent is the User-Agent header.
func (o Options) agent() string {
	if o.WeChat {
		return phoneAgent + inWeChat
	}
	return phoneAgent
}

// viewport is the device's screen.
func (o Options) viewport() chromedp.Action[chromedp.Void] {
	if o.Device.Touch {
		return chromedp.EmulateViewport(o.Device.Width, o.Device.Height, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	return chromedp.EmulateViewport(o.Device.Width, o.Device.Height)
}

// media are the media features that differ from the browser's own.
func (o Options) media() emulation.SetEmulatedMediaParams {
	if !o.ReducedMotion {
		return emulation.SetEmulatedMediaParams{}
	}
	return emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}}
}
