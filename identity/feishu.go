package identity

import (
	"context"

	"ticketbell/notify"
)

// askFeishu answers queries with one call: every handle of everybody that may be asked
// for. What was not asked for is no miss.
func (d *Directory) askFeishu(ctx context.Context, l line, queries []*query) {
	withEmails, withPhones := l.feishu.Asks()
	var emails, phones []string
	for _, q := range queries {
		for _, h := range q.need {
			switch {
			case h.kind == byEmail && withEmails:
				emails = append(emails, h.value)
			case h.kind == byPhone && withPhones:
				phones = append(phones, h.value)
			default:
				q.reason = notify.ReasonLookupOff
			}
		}
	}
	if len(emails)+len(phones) == 0 {
		return
	}
	byMail, byTel, err := l.feishu.Lookup(ctx, emails, phones)
	d.meter.Asked(l.ch, 1)
	now := d.now()
	for _, q := range queries {
		if q.err = err; err != nil {
			continue
		}
		for _, h := range q.need {
			switch {
			case h.kind == byEmail && withEmails:
				q.answer(h, byMail[h.value], now)
			case h.kind == byPhone && withPhones:
				q.answer(h, byTel[h.value], now)
			}
		}
	}
}
