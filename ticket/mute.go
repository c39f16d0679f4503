package ticket

// ToldAnyway reports whether an event of kind k is said to somebody in that role who muted
// the ticket: what waits for them, how it ended to who asked for it, a failure to who
// executes it, an escalation, and what they asked the bot for.
func (k Kind) ToldAnyway(r Role) bool {
	switch {
	case r == RoleAssignee, k == KindEscalated, k == KindAsked:
		return true
	case r == RoleCreator:
		return k.Result()
	default:
		return r == RoleExecutor && k == KindFailed
	}
}

// Over reports whether nothing more is to be done about a ticket with the status. One that
// was rejected or failed may come back.
func (s Status) Over() bool { return s == Succeeded || s == Completed || s == Canceled }
