package command

import (
	"cmp"
	"fmt"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
)

// listLeft lists what still goes to the old gateway.
func listLeft(o *online, query api.LeftQuery) error {
	var list api.LeftList
	if err := o.client.Get(o.Context(), "routes/left", query, &list); err != nil {
		return err
	}
	return o.show(list, func(w printer) { printLeft(w, list, query.MerID, o) })
}

func printLeft(w printer, list api.LeftList, merID string, o *online) {
	switch {
	case len(list.Items) == 0 && merID != "":
		w.noneNote(list.Missing, "Nothing of merchant %s has gone to the old gateway in the last 90 days. Others, and what names no merchant, are not counted here: caddy paybridge routes --left", merID)
		return
	case len(list.Items) == 0:
		w.noneNote(list.Missing, "Nothing has gone to the old gateway in the last 90 days.")
		return
	}
	rows := make([][]string, len(list.Items))
	for i, l := range list.Items {
		rows[i] = []string{clock(l.LastAt), fmt.Sprint(l.Times), w.merchantText(l), cmp.Or(l.Path, w.text(say("others")))}
	}
	w.table("LAST SEEN | TIMES | MERID | PATH", rows)
	zoneNote(w, o.now)
	if list.More {
		w.say("\nThere is more that was seen earlier: raise --limit.\n")
	}
}

func (p printer) merchantText(l api.Left) string {
	switch {
	case l.MerID == "":
		return "-"
	case !l.Configured:
		return p.text(say("%s (not configured)", l.MerID))
	}
	return l.MerID
}
