package route

import "github.com/paybridge/paybridge/caddymodule/internal/bilingual"

// Error says which member of a route is wrong, and what to write instead.
type Error struct {
	Member string // route, percent or actions
	Why    bilingual.Said
}

// Error implements error.
func (e *Error) Error() string { return e.Member + ": " + e.Why.Error() }

// Unwrap gives the reason, which can be said in either language.
func (e *Error) Unwrap() error { return e.Why }

// What is wrong with a route.
var (
	notRoute = bilingual.Text{En: "%q: not a route; write old, shadow, v2, or default for none of its own", Zh: "%q 不是路由；请填写 old、shadow、v2，或者 default（没有自己的路由）"}
	notShare = bilingual.Text{
		En: "%d: not a whole number from 1 to 100; with the route old no order goes to v2",
		Zh: "%d 不是 1 到 100 的整数；如果不让任何订单走 v2，请使用路由 old",
	}
	noShare   = bilingual.Text{En: "only the route v2 has a share, %s has none", Zh: "只有路由 v2 有比例，%s 没有"}
	noActions = bilingual.Text{En: "only the route v2 has actions, %s has none", Zh: "只有路由 v2 可以指定 action，%s 不可以"}
	notAction = bilingual.Text{En: "%q: not an action; write any of %s", Zh: "%q 不是 action；可以填写 %s"}
)
