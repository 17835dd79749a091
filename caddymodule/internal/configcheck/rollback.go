package configcheck

// rollbackToNowhere finds merchants that would be turned back to an old gateway that
// there is not.
func rollbackToNowhere(c Config) (found []Finding) {
	if c.OldGatewayURL != "" {
		return nil
	}
	for _, m := range c.Merchants {
		if m.Rollback != nil && !m.Rollback.Off {
			wrong := of(m, "rollback")
			wrong.Wrong = true
			found = append(found, wrong.say(say("without old_gateway there is nowhere to turn back to; add old_gateway, or take rollback out")))
		}
	}
	return found
}

// rollbackOffAnyway finds merchants whose rollback off changes nothing.
func rollbackOffAnyway(c Config) (found []Finding) {
	if c.Rollback != nil && !c.Rollback.Off {
		return nil
	}
	for _, m := range c.Merchants {
		if m.Rollback != nil && m.Rollback.Off {
			found = append(found, of(m, "rollback").say(say("off changes nothing here: without rollback in the block paybridge nobody is turned back but merchants with a rollback of their own")))
		}
	}
	return found
}
