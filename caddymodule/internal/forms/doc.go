// Package forms reads the parameters of a request in every shape that merchants'
// programs send, from values: it knows no HTTP, so that also those can use it who
// must have no way to send anything.
package forms
