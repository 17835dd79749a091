package api

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// route is one thing the API does. What it takes and what it answers are
// structs; their tags say the rest (member.go).
type route struct {
	method  string
	path    string
	id      string // the operation's name in the OpenAPI document
	summary string // one line
	about   string // what else a user must know
	takes   reflect.Type
	answers reflect.Type
	serve   func(*visit) (status int, answer any, err error)
	always  bool // also while nothing runs
	limit   time.Duration
}

// changes reports whether the route changes something.
func (r route) changes() bool { return r.method == http.MethodPost }

// visit is one request on its way through a route.
type visit struct {
	Served
	log     *zap.Logger
	running bool // false: there is nothing in Served
	ctx     context.Context
	r       *http.Request
	lang    bilingual.Lang // of what is said for people in the answer
	who     string         // who asks; of a change it is recorded
	now     time.Time

	outcomes *recentOutcomes // of the server
	sums     *recentSums     // of the server
}

// get describes a route that changes nothing; what it takes is in the query.
func get[In, Out any](path, id, summary, about string, serve func(*visit, In) (Out, error)) route {
	return describe(http.MethodGet, path, id, summary, about, func(v *visit) (int, any, error) {
		var in In
		if err := readQuery(v.r, &in); err != nil {
			return 0, nil, err
		}
		out, err := serve(v, in)
		return http.StatusOK, out, err
	}, reflect.TypeFor[In](), reflect.TypeFor[Out]())
}

// post describes a route that changes something; what it takes is a JSON body.
func post[In, Out any](path, id, summary, about string, serve func(*visit, In) (Out, error)) route {
	return describe(http.MethodPost, path, id, summary, about, func(v *visit) (int, any, error) {
		var in In
		if err := readBody(v.r, &in); err != nil {
			return 0, nil, err
		}
		out, err := serve(v, in)
		return http.StatusOK, out, err
	}, reflect.TypeFor[In](), reflect.TypeFor[Out]())
}

func describe(
	method, path, id, summary, about string, serve func(*visit) (int, any, error), takes, answers reflect.Type,
) route {
	return route{
		method: method, path: path, id: id, summary: summary, about: about, takes: takes, answers: answers,
		serve: serve, limit: requestTime,
	}
}

// evenStopped makes a route answer also while no configuration runs.
func evenStopped(r route) route {
	r.always = true
	return r
}

// asLongAsItTakes makes a route bear the copying of a big file.
func asLongAsItTakes(r route) route {
	r.limit = copyTime
	return r
}

// nothing is what a route takes that takes nothing.
type nothing struct{}

// withStatus is an answer that chooses its own status, such as that of health.
type withStatus interface{ status() int }
