package smtp

// Channel is the name of the mailbox among the simulators.
const Channel = "mail"

// The faults, each at the point where a real server would show it.
const (
	refused       = "refused"         // connections are reset; open ones are cut at their next mail
	unavailable   = "unavailable"     // 421 as the greeting, or at MAIL on an open connection
	wrongSecret   = "wrong_secret"    // 535 at AUTH
	bounceSender  = "bounce_sender"   // 553 at MAIL
	timeout       = "timeout"         // no answer to MAIL
	rateLimited   = "rate_limited"    // 450 at RCPT
	unknownPerson = "unknown_person"  // 550 at RCPT
	tooLarge      = "too_large"       // 552 after the mail
	spam          = "spam"            // 554 after the mail
	dropAfterData = "drop_after_data" // the mail is kept and the connection cut before the last 250
	slow          = "slow"            // every reply comes late
)

// FaultNames lists the faults the mailbox knows.
func FaultNames() []string {
	return []string{
		refused, unavailable, wrongSecret, bounceSender, timeout, rateLimited,
		unknownPerson, tooLarge, spam, dropAfterData, slow,
	}
}

// faultsAt lists the faults that strike instead of the command being carried out.
func faultsAt(verb string) []string {
	switch verb {
	case "AUTH":
		return []string{wrongSecret}
	case "MAIL":
		return []string{refused, unavailable, timeout, bounceSender}
	case "RCPT":
		return []string{rateLimited, unknownPerson}
	}
	return nil
}

// replyOf returns what the server says when the fault strikes, "" when it says
// nothing. The codes are those of ux.md 4.9. None holds a %, see backend.take.
func replyOf(fault string) string {
	switch fault {
	case unavailable:
		return "421 4.3.2 Service not available, closing transmission channel"
	case wrongSecret:
		return "535 5.7.8 Authentication credentials invalid"
	case bounceSender:
		return "553 5.7.1 Sender address must be the same as the authorized user"
	case rateLimited:
		return "450 4.7.1 Too many mails, try again later"
	case unknownPerson:
		return "550 5.1.1 User not found"
	case tooLarge:
		return "552 5.3.4 Message too large"
	case spam:
		return "554 5.7.1 Message looks like spam"
	}
	return ""
}
