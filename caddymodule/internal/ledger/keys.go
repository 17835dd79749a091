package ledger

import "encoding/json"

// elements returns keys as the one argument that {elements} unfolds into rows of
// order number and merchant. One argument serves any number of keys, so that the
// statement stays the same and prepared.
func elements(keys []Key) string {
	pairs := make([][2]string, len(keys))
	for i, k := range keys {
		pairs[i] = [2]string{k.OrderID, k.MerID}
	}
	text, err := json.Marshal(pairs)
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(text)
}
