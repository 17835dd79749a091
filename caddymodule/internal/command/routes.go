package command

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// routesCommand makes "caddy paybridge routes".
func routesCommand() *cobra.Command {
	var query api.RoutesQuery
	var mode string
	var left, timeline bool
	cmd := &cobra.Command{
		Use:   "routes [<merid>]",
		Short: "Lists where merchants' new orders go",
		Long: `
Lists where the new orders of merchants go, to the old gateway or to v2, since when
and why, and how many orders each has today on either side. Of all merchants, or of
one, whose earlier routes follow.

With --timeline it tells only how the route of one merchant has changed: when, from
which to which, by whom or by the guard, and why.

With --left it lists what still goes to the old gateway, by merchant and path, and
when it was last seen: when nothing is left, the old gateway can be switched off. The
queries of old orders are in it, too. With MERID it lists that merchant only.

This command changes nothing; "merchant route" does.`,
		Example: `  caddy paybridge routes
  caddy paybridge routes 89900001
  caddy paybridge routes --route v2
  caddy paybridge routes 89900001 --timeline --limit 500
  caddy paybridge routes --left --limit 500`,
	}
	cmd.Flags().BoolVar(&left, "left", false, "List what still goes to the old gateway")
	cmd.Flags().BoolVar(&timeline, "timeline", false, "Tell how the merchant's route has changed")
	cmd.Flags().StringVar(&mode, "route", "", "Only merchants with this route: old, shadow or v2")
	countVar(cmd.Flags(), &query.Limit, "limit", "At most so many, up to 500 (default 50)")
	cmd.Flags().StringVar(&query.After, "after", "", "Go on where the list before ended")
	completeWords(cmd, "route", modes()...)
	for _, other := range []string{"route", "after"} {
		cmd.MarkFlagsMutuallyExclusive("left", "timeline", other)
	}
	return onlineCommand(cmd, cobra.MaximumNArgs(1), func(o *online, args []string) error {
		if len(args) > 0 {
			query.MerID = args[0]
		}
		switch {
		case left:
			return listLeft(o, api.LeftQuery{MerID: query.MerID, Limit: query.Limit})
		case timeline:
			return showRouteTimeline(o, api.RouteTimelineQuery{MerID: query.MerID, Limit: query.Limit})
		}
		query.Route = route.Mode(mode)
		var list api.RouteList
		if err := o.client.Get(o.Context(), "routes", query, &list); err != nil {
			return err
		}
		return o.show(list, func(w printer) { printRoutes(w, list, query.MerID, o.now) })
	})
}

func modes() []string {
	var list []string
	for _, mode := range route.Modes() {
		list = append(list, string(mode))
	}
	return list
}

// completeWords has a shell complete a flag with one of some words.
func completeWords(cmd *cobra.Command, flag string, words ...string) {
	complete := cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
	if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err) // there is no such flag
	}
}

// printRoutes prints a list of all merchants, or what is known of the one that was
// asked for.
func printRoutes(w printer, list api.RouteList, merID string, now time.Time) {
	if !list.Beside {
		w.say("There is no old gateway in the configuration: all orders go to v2, whatever these routes say.\n\n")
	} else {
		w.say("Merchants without a route of their own: %s\n\n", routeText(list.Default))
	}
	if len(list.Items) == 0 {
		w.noneNote(list.Missing, "No merchant was found.")
		if merID != "" && list.Beside && len(list.Unreadable) == 0 {
			w.say("What merchants that are not configured send goes to the old gateway: caddy paybridge routes %s --left\n", merID)
		}
		return
	}
	rows := make([][]string, len(list.Items))
	for i, m := range list.Items {
		rows[i] = []string{
			m.MerID, shareText(m.Route), w.text(say("%d%s", m.Old.Orders, refusedText(m.Answers.Old))),
			w.text(say("%d (%d paid, %d not)%s", m.V2.Orders, m.V2.Paid, m.V2.Unpaid, refusedText(m.Answers.V2))),
			clock(m.SeenSince), w.reasonText(m, list.Beside),
		}
	}
	w.table("MERID | ROUTE | TODAY OLD | TODAY V2 | SEEN SINCE | WHO AND WHY", rows)
	moreNote(w, list.Next)
	if g := list.Items[0].Guard; g != nil && merID != "" {
		w.say("\nThe guard, on this bridge within %s: v2 refused %d of %d new payments, the old gateway %d of %d. It turns back from %d on v2 on, when v2 refuses more than %d percentage points more.\n",
			bilingual.Duration(time.Duration(g.Window)*time.Second), g.V2.Refused, g.V2.Payments, g.Old.Refused, g.Old.Payments, g.MinPayments, g.MaxWorse)
	}
	if len(list.Timeline) > 0 {
		w.line()
		printRouteMoves(w, list.Timeline)
	}
	zoneNote(w, now)
}

// refusedText says how many payments were refused; nothing when none was answered.
func refusedText(a api.AnswerCount) bilingual.Said {
	if a.Payments == 0 {
		return bilingual.Said{}
	}
	return say(", %d of %d refused", a.Refused, a.Payments)
}

// shareText is a route in the words of the command that makes it.
func shareText(r api.Route) string {
	return route.Route{Mode: r.Mode, Percent: r.Percent, Actions: r.Actions}.String()
}

// originTexts say who has said what is on record of nobody in particular.
var originTexts = map[api.RouteOrigin]bilingual.Said{
	api.ConfiguredRoute: say("default_route of the configuration"),
	api.RouteOfAll:      say("of all merchants"),
}

func (p printer) reasonText(m api.MerchantRoute, beside bool) string {
	text := originTexts[m.Origin]
	switch {
	case m.Origin == api.OwnRoute:
		text = say("since %s, %s: %s", clock(m.At), m.Who, m.Why)
	case !beside:
		text = say("no old gateway")
	}
	if !m.Configured {
		text = say("%s (not configured any more)", text)
	}
	return p.text(text)
}

func routeText(r api.Route) bilingual.Said {
	if r.Origin != api.ConfiguredRoute {
		return say("%s, since %s, %s: %s", shareText(r), clock(r.At), r.Who, r.Why)
	}
	return say("%s, by %s", shareText(r), originTexts[r.Origin])
}

// merchantRouteCommand makes "caddy paybridge merchant route".
func merchantRouteCommand() *cobra.Command {
	var request api.RouteRequest
	var percent int
	var actions string
	cmd := &cobra.Command{
		Use:   "route <merid>|--all old|shadow|v2|default --why <reason>",
		Short: "Says where a merchant's new orders go",
		Long: `
Says where the new orders of a merchant go: "old" to the old gateway, "shadow" there
too, with the bridge comparing what it would have answered, "v2" to the v2 gateway,
all of them or a share. "default" takes the merchant's route away. Every bridge
follows within a second. It is recorded with your name and the reason, and lasts over
reloads and restarts.

The way back for everybody is --all old. It speaks for merchants without a route of
their own, too, until --all default.

A merchant moves to v2 when its orders have been on record for a day; --force does
without that. This command does not touch orders that are on record: they end where
they began. It does not say whether a merchant is ready.`,
		Example: `  caddy paybridge merchant route 89900001 shadow --why "ticket 4711"
  caddy paybridge merchant route 89900001 v2 --percent 20 --why "shadow found nothing for a week"
  caddy paybridge merchant route 89900001 v2 --actions WxSao,AliSao --why "codes first"
  caddy paybridge merchant route 89900001 old --why "its server does not take our notifications"
  caddy paybridge merchant route --all old --why "v2 refuses payments"`,
	}
	flags := cmd.Flags()
	flags.IntVar(&percent, "percent", 0, "With v2: the share of new orders that goes there, 1 to 100 (default 100)")
	flags.StringVar(&actions, "actions", "", "With v2: only these actions, separated by commas (default all)")
	flags.BoolVar(&request.All, "all", false, "All merchants, in place of MERID; only with old or default")
	flags.BoolVar(&request.Force, "force", false, "Also when the merchant has not been seen for a day")
	flags.StringVar(&request.Why, "why", "", "The reason, which is recorded (required)")
	cmd.ValidArgsFunction = cobra.FixedCompletions(append(modes(), "default"), cobra.ShellCompDirectiveNoFileComp)
	return onlineCommand(cmd, cobra.RangeArgs(1, 2), func(o *online, args []string) error {
		request.Route = args[len(args)-1]
		if len(args) == 2 {
			request.MerID = args[0]
		}
		if o.Flags().Changed("percent") {
			request.Percent = &percent
		}
		if o.Flags().Changed("actions") {
			for action := range strings.SplitSeq(actions, ",") {
				request.Actions = append(request.Actions, strings.TrimSpace(action))
			}
		}
		var answer api.RouteAnswer
		if err := o.client.Post(o.Context(), "merchants/route", request, &answer); err != nil {
			return err
		}
		return o.show(answer, func(w printer) {
			w.say("The new orders of %s: %s, within a second on every bridge. Orders that are on record end where they began.\n",
				whose(request), shareText(answer.Route))
		})
	})
}

// whose says whose orders a request is about. What all go back to is everybody's; what
// takes that away leaves alone who has a route of its own by then.
func whose(r api.RouteRequest) bilingual.Said {
	switch {
	case r.MerID != "":
		return say("merchant %s", r.MerID)
	case r.Route == string(route.ModeOld):
		return say("all merchants")
	}
	return say("all merchants that have no route of their own")
}
