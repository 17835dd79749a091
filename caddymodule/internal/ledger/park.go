package ledger

// parkedAtOnce bounds what a claim parks of one merchant at one host. It is more
// than the claim may give out, so that a backlog is soon out of the others' way.
const parkedAtOnce = 1000

const (
	stillPaused = `SELECT mer_id FROM pauses
		WHERE resume = 0 AND mer_id IN (SELECT value->>1 FROM {elements}) {share}`

	parkable = `SELECT order_id, mer_id FROM notifications
		WHERE state = 'waiting' AND mer_id = $1 AND host = $2 AND ready <= $3
		ORDER BY ready LIMIT $4 {skip locked}`

	// The claim number goes up: whoever held one of these has nothing to say any more.
	parkNotifications = `UPDATE notifications SET state = 'paused', claim = claim + 1
		WHERE (order_id, mer_id) IN (SELECT value->>0, value->>1 FROM {elements})`
)

// park takes what belongs to paused merchants out of what is due, and parks it
// with all else that is due of them at the same hosts.
//
// Whether they are still paused is asked once more, and holds until the claim is
// committed. So nobody can resume a merchant in between and overlook what is being
// parked.
func park(t *tx, now millis, due []dueDelivery) (claim, error) {
	paused, err := pausedOf(t, due)
	if err != nil {
		return claim{}, err
	}
	var c claim
	parked := map[pile]bool{}
	for _, d := range due {
		p := pile{d.MerID, d.Host}
		switch {
		case !paused[d.MerID]:
			c.given = append(c.given, d.Delivery)
		case !parked[p]:
			parked[p], c.parked = true, true
			if err := p.park(t, now); err != nil {
				return claim{}, err
			}
		}
	}
	return c, nil
}

// park parks what is due of a pile.
func (p pile) park(t *tx, now millis) error {
	keys, err := all(t, scanKey, parkable, p.merID, p.host, now, parkedAtOnce)
	if err == nil {
		_, err = t.exec(parkNotifications, elements(keys))
	}
	return err
}

// pausedOf returns the merchants among the candidates that are paused.
func pausedOf(t *tx, due []dueDelivery) (map[string]bool, error) {
	paused := map[string]bool{}
	var seem []Key
	for _, d := range due {
		if d.paused && !paused[d.MerID] {
			paused[d.MerID] = true
			seem = append(seem, Key{MerID: d.MerID})
		}
	}
	if len(seem) == 0 {
		return nil, nil
	}
	clear(paused)
	merchants, err := all(t, scanText, stillPaused, elements(seem))
	for _, merID := range merchants {
		paused[merID] = true
	}
	return paused, err
}
