// Package payer answers the browsers of payers: the links that merchants send them
// to, the way to WeChat and back, which tells who they are, and the pages on which
// they pay or wait for the result.
//
// What happens to an order is decided in package bridge, what pages look like in
// package pages, and how WeChat is asked in package wechat. All that a page shows
// follows from what is on record, so that reloading, second tabs and the Back
// button are harmless.
package payer
