// Package chromium lets tests look at pages with a real browser.
//
// [Open] opens a tab, in a browser that all tests of one test binary share and
// in a profile of the test's own, so that nobody sees another's cookies. A tab
// behaves as [Options] say: a phone or a desktop, in WeChat or not, with scripts
// or without. Every step fails the test if it cannot be done.
//
// The tab listens while it is open. What a developer would find in the console
// afterwards fails the test at its end: violations of the
// Content-Security-Policy, errors that the page logs, exceptions that nobody
// caught, resources that could not be loaded. [Tab.Screenshot] keeps what the
// page looks like under .build/screenshots, for people.
//
// The browser is found in PATH, or where PAYBRIDGE_TEST_CHROMIUM says. Without
// one, tests are skipped, or fail where PAYBRIDGE_REQUIRE_CHROMIUM is set. It
// reaches loopback addresses only; every other name does not exist for it.
//
// A test binary that uses Open calls [Stop] before it exits.
package chromium
