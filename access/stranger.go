package access

// Stranger says that the sign-in of the company let nobody in, and why.
type Stranger struct {
	Why Why
	// Code is the provider's own word for it, "" when it had none.
	Code string
	// Username and Email are who the provider says it is, of somebody Unknown or
	// Disabled. Email is "" unless the provider verified it.
	Username, Email string
	// Err is what the log is told. It holds no code, no token and no secret.
	Err error
}

// Why is the reason a [Stranger] was not let in.
type Why string

// The reasons.
const (
	Away     Why = "away"     // the provider does not answer, or not as it should
	Unset    Why = "unset"    // the provider does not know us: what is set here is wrong
	Denied   Why = "denied"   // somebody said no at the provider, or may not use this application
	Failed   Why = "failed"   // the provider gave up, Code says why
	Stale    Why = "stale"    // it was begun too long ago, or in another browser, or is done already
	Unproven Why = "unproven" // what the provider said does not prove who it is
	Unknown  Why = "unknown"  // we know nobody by that name or address
	Disabled Why = "disabled" // we know them, and they may not come in
)

func (s *Stranger) Error() string {
	said := "the company's sign-in let nobody in: " + string(s.Why)
	if s.Code != "" {
		said += " (" + s.Code + ")"
	}
	if s.Err != nil {
		said += ": " + s.Err.Error()
	}
	return said
}

// Unwrap returns what the log is told.
func (s *Stranger) Unwrap() error { return s.Err }
